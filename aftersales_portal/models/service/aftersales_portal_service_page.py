from odoo import api, models


class AftersalesPortalService(models.AbstractModel):
    """The page of one case."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_page(self, partner, case):
        """Return what the page of a case shows to a person.

        :param case: found by ``_find_case`` for this very person
        :returns: dictionary of plain values, for the template
        """
        case_type = case.type_id
        messages = self._get_messages(partner, case)
        files = self._get_files(partner, case, messages)
        changes = self._get_status_changes(case)
        row = self._get_row(case, self._is_own(partner, case))
        link = case_type._get_links().get((case_type.id, case.stage_id.id))
        questions = self._get_questions(partner, case)
        end = self._get_end(partner, case)
        since = [c for c in changes if c["stage_id"] == case.stage_id.id]
        return row | {
            "reported": self._format_moment(row["reported_at"]),
            "next": self._get_next(link, questions, end["decision"]),
            "promised": self._get_promise(case),
            "waiting_since": since[-1]["moment"]
            if row["waits_for_you"] and since
            else "",
            "answers": self._get_answers(case),
            "timeline": self._get_timeline(case, messages, files, changes)
            if case_type.portal_timeline
            else [],
            "files": [self._get_file(case, file) for file in files],
            "goods": self._get_goods(case) if case_type.portal_goods else [],
            "questions": questions,
            "documents": self._get_documents(partner, case),
            "informed": self._get_informed(partner, case),
            "may_inform": self._may_inform(partner, case),
            "may_reply": self._may_reply(case),
            "may_change": bool(self._get_open_fields(partner, case)),
            "may_close": self._may_close(partner, case),
            **end,
            "again_url": self._get_again_url(partner, case),
            "before": self._get_before(partner, case),
            "thanks": case_type.portal_thanks or "",
            "once": self._get_once(),
            "draft": self._get_draft(self._get_reply_key(case.id)),
            "sent_keys": self._get_sent_keys(case),
            "blocks": [
                body for _at, body in sorted(self._get_portal_blocks(case, partner))
            ],
        }

    @api.model
    def _get_next(self, link, questions, decision):
        """Return what happens next: where the customer was asked something, his answer."""
        if any(question["url"] for question in questions):
            return self.env._("We need your answer before we can go on.")
        if decision and decision["state"] == "open":
            return self.env._("Tell us whether this is right.")
        return link._get_customer_next() if link else ""

    @api.model
    def _get_preview(self, case_id):
        """Return ``(sentence, page)``: what the customer of a case sees of it.

        :returns: None when the user is no agent who may read the case; the page is None
            when the customer sees nothing of it, and the sentence says so
        """
        case = self.env["aftersales.case"].browse(case_id).exists()
        is_agent = self.env.user.has_group("aftersales_case.group_aftersales_agent")
        if not is_agent or not case or not case.has_access("read"):
            return None
        found = case.sudo()  # sudo: who is its customer, which who reads it may know
        reporter = found.reporter_id.filtered("partner_share")
        person = found.contact_id or reporter or found.partner_id
        seen = self._find_case(person, case.id) if person else None
        if not seen:
            return self._get_unseen_note(person), None
        page = self._get_page(person, seen)
        # What the colleague himself may have typed is nothing of the customer's.
        note = self.env._(
            "Preview: this is what %s sees. Nothing can be done here.", person.name
        )
        return note, page | {"draft": {"key": "", "typed": {}, "files": []}}

    @api.model
    def _get_unseen_note(self, person):
        if not person:
            return self.env._(
                "The case has no contact and no customer who could see it."
            )
        return self.env._(
            "%s sees nothing of this case: customers see nothing of its type, or nobody"
            " has confirmed whose it is.",
            person.name,
        )

    @api.model
    def _get_promise(self, case):
        """Return the date that the customer was promised, if there is one to come."""
        if not case.type_id.portal_promise:
            return ""
        promised = case._get_promised_at()[case]
        return self._format_moment(promised) if promised else ""

    @api.model
    def _get_goods(self, case):
        """Return the goods that a case is about."""
        return [
            {
                "product": line.product_id.display_name,
                "lot": line.lot_id.name,
                "quantity": self._format_number(line.quantity),
                "unit": line.product_uom_id.name,
            }
            # All lines, which tell the documents as well.
            for line in case.line_ids.filtered("concerned")
        ]

    @api.model
    def _get_portal_blocks(self, case, partner):
        """Hook: return what other addons add to the page of a case.

        :param case: the case, with sudo, which this person sees
        :param partner: ``res.partner`` whose eyes look
        :returns: list of ``(place, Markup)``; smaller places stand higher
        """
        return []

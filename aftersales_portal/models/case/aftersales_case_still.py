from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import plaintext2html

from ...engine.links import LinkPurpose

STILL = "still_a_problem"


class AftersalesCase(models.Model):
    """The link of a reminder by which a silent customer says that it is not over."""

    _inherit = "aftersales.case"

    letter_still = fields.Html(
        "Link: Still a Problem",
        compute="_compute_letter_still",
        sanitize=False,
        help="A whole sentence. One click, and a second one on the page behind it, tell"
        " us that the customer still needs us.",
    )

    @api.depends_context("lang")
    def _compute_letter_still(self):
        text = self.env._("This is still a problem")
        for case in self:
            case.letter_still = case._get_link_marker(STILL, text)

    @api.model
    def _get_letter_placeholders(self):
        return (*super()._get_letter_placeholders(), "letter_still")

    @api.model
    def _get_link_purposes(self):
        return super()._get_link_purposes() | {
            STILL: LinkPurpose(
                self.env._("Still a problem"), timedelta(days=60), is_reusable=False
            )
        }

    def _get_link_page(self, link):
        if link.purpose != STILL:
            return super()._get_link_page(link)
        service = self.env["aftersales.portal.service"]
        case = self._get_link_survivor(link)
        if not (service._waits_for_customer(case) or service._is_reopenable(case)):
            return False
        return {
            "title": f"{case.type_id._get_portal_word()} {case.number}",
            "body": case.name,
            "fields": [
                {
                    "name": "text",
                    "label": self.env._("What is still wrong?"),
                    "type": "text",
                    "required": False,
                }
            ],
            "buttons": [("still", self.env._("This is still a problem"))],
        }

    def _apply_link(self, link, values):
        if link.purpose != STILL:
            return super()._apply_link(link, values)
        case = self._get_link_survivor(link)
        lines = [self.env._("This is still a problem."), values.get("text", "")]
        text = "\n".join(filter(None, lines))
        if not case._is_closed():
            case._post_of_link(link, text)
            return self.env._("Thank you. We go on with it.")
        try:
            with self.env.cr.savepoint(), case._changing(reason=text) as opening:
                opening._reopen(text)
                opening._post_of_link(link, text)
        except UserError:
            case._post_of_link(link, text)
        return self.env._("Thank you. We go on with it.")

    def _post_of_link(self, link, text):
        """Post what the receiver of a link says."""
        self.ensure_one()
        partner = link.partner_id
        return self.message_post(
            body=plaintext2html(text),
            author_id=partner.id or False,
            email_from=partner.email_formatted or link.email,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

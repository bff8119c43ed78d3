from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import is_html_empty

from ...const import EVENT_MERGE, EVENT_SPLIT, STATE_CANCELLED

# What the system wrote about a case stays with it; what people wrote moves.
OWN_MESSAGES = ("notification", "user_notification")
# Empty fields of the case that goes on are filled in from the merged ones.
COMPLETED_FIELDS = (
    "contact_id",
    "partner_id",
    "email",
    "phone",
    "site_id",
    "supplier_id",
    "project_id",
    "category_id",
)
# Of whom they are: not of the people of another customer.
CUSTOMER_FIELDS = ("contact_id", "partner_id", "email", "phone", "site_id")
UNITED_FIELDS = ("tag_ids", "product_ids", "product_categ_ids")


class AftersalesCase(models.Model):
    """Merge and split: messages and files move, nothing is deleted, all is logged."""

    _inherit = "aftersales.case"

    merged_into_id = fields.Many2one(
        "aftersales.case",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    merged_from_ids = fields.One2many(
        "aftersales.case", "merged_into_id", "Merged Cases", readonly=True
    )

    # === Actions === #

    def action_merge(self):
        """Open the wizard for these cases; ``merge_case_id`` in the context joins in."""
        other = self.env.context.get("merge_case_id")
        return self._open_wizard(
            "aftersales.merge",
            self.env._("Merge Cases"),
            self | self.browse(other or []),
        )

    def action_split(self):
        return self._open_wizard("aftersales.split", self.env._("Split Case"), self)

    @api.model
    def _open_wizard(self, model, name, cases):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": cases.ids},
        }

    # === Merge === #

    def _get_survivor(self):
        """Return the case in which this one goes on: itself, unless it was merged."""
        self.ensure_one()
        case = self.sudo()  # sudo: mail finds its case whoever sends it
        while case.merged_into_id:
            case = case.merged_into_id
        return case.with_env(self.env)

    def _get_merged_cases(self):
        """Return these cases and all that were merged into them, at any depth."""
        cases = found = self.sudo()  # sudo: the past of a case one may read
        while found := found.merged_from_ids - cases:
            cases |= found
        return cases.with_env(self.env)

    def _merge_into(self, target):
        """Move what hangs on these cases to another one, and cancel them.

        :param target: the case that goes on
        :raises AccessError: when the user may not write one of them
        :raises UserError: when they cannot be merged
        """
        cases = self - target
        cases._ensure_can_merge(target)
        # sudo: checked above; what colleagues added to the cases moves as well
        sources, survivor = cases.sudo(), target.sudo()
        sources._move_parts_to(survivor)
        sources._complete_survivor(survivor)
        sources._close_as_merged(survivor)

    def _ensure_can_merge(self, target):
        (self | target).check_access("write")
        if not self:
            raise UserError(self.env._("Choose at least two cases to merge."))
        if (self | target).company_id != target.company_id:
            raise UserError(
                self.env._("Cases of different companies cannot be merged.")
            )
        gone = (self | target).filtered("merged_into_id")
        if gone:
            raise UserError(
                self.env._(
                    "Case %(case)s was merged into %(other)s already.",
                    case=gone[0].number,
                    # sudo: a number only, to find the way
                    other=gone[0].merged_into_id.sudo().number,
                )
            )

    def _move_parts_to(self, target):
        """Hook: move the records that hang on these cases to another one.

        Called with sudo. Events stay where they are: the log is never rewritten.
        """
        on_cases = [("model", "=", self._name), ("res_id", "in", self.ids)]
        self.env["mail.message"].search(
            [*on_cases, ("message_type", "not in", OWN_MESSAGES)]
        ).write({"res_id": target.id})
        on_cases = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        for model in ("ir.attachment", "rating.rating"):
            moved = self.env[model].search(on_cases)
            moved.write({"res_id": target.id})
            moved.flush_recordset()  # core counts the ratings of a record by SQL
        last = self._fields["rating_last_value"]
        self.env.add_to_compute(last, self | target)
        self._move_activities_to(target)
        self._move_followers_to(target)
        self._move_checklist_to(target)
        self.intake_ids.write({"case_id": target.id})
        if target.parent_id in self:
            target.parent_id = False
        (self.child_ids - target).write({"parent_id": target.id})
        # What hangs on a record by its id leaves no trace in the cache.
        (self | target).invalidate_recordset()

    def _move_activities_to(self, target):
        """Move what is to be done; what is planned on both is done on one of them."""
        planned = {
            (activity.activity_type_id, activity.summary, activity.user_id)
            for activity in target.activity_ids
        }
        double = self.activity_ids.filtered(
            lambda activity: (
                (
                    activity.activity_type_id,
                    activity.summary,
                    activity.user_id,
                )
                in planned
            )
        )
        (self.activity_ids - double).write({"res_id": target.id})
        if double:
            double.action_feedback(
                feedback=self.env._("Planned on case %s as well.", target.number)
            )

    def _move_followers_to(self, target):
        """Move the followers with what each wants to hear of.

        Following a confidential case is a right to read it, which no merge hands out.
        """
        known = set(target.message_partner_ids.ids)
        moving = self.env["mail.followers"]
        users = self.message_partner_ids.user_ids.filtered(lambda u: not u.share)
        strangers = (users - target._filter_readers(users)).partner_id
        for follower in self.message_follower_ids:
            if follower.partner_id in strangers:
                continue
            if follower.partner_id.id not in known:
                known.add(follower.partner_id.id)
                moving |= follower
        moving.write({"res_id": target.id})

    def _move_checklist_to(self, target):
        """Move what both do not ask; what both ask is done when one of them did it."""
        asked = {item.requirement_id: item for item in target.checklist_ids}
        asked.pop(self.env["aftersales.stage.requirement"], None)
        for item in self.checklist_ids:
            same = asked.get(item.requirement_id)
            if not same:
                item.case_id = target
            elif item.done and not same.done:
                same.done = True

    def _complete_survivor(self, survivor):
        """Hook: let the case that goes on know what only the merged ones knew."""
        vals = {}
        customer = (survivor | self).partner_id[:1].commercial_partner_id
        theirs = self.filtered(
            lambda case: (
                case.partner_id.commercial_partner_id in (customer, customer.browse())
            )
        )
        for name in COMPLETED_FIELDS:
            if not survivor[name]:
                cases = theirs if name in CUSTOMER_FIELDS else self
                value = next(filter(None, cases.mapped(lambda c, n=name: c[n])), False)
                if value:
                    vals[name] = value.id if self._fields[name].relational else value
        for name in UNITED_FIELDS:
            new = self[name] - survivor[name]
            if new:
                vals[name] = [Command.link(record.id) for record in new]
        earliest = min(self.mapped("reported_at"))
        if earliest < survivor.reported_at:
            vals["reported_at"] = earliest
        if any(self.mapped("confidential")) and not survivor.confidential:
            vals["confidential"] = True
        if vals:
            survivor.write(vals)
        for case in self:
            told = case._get_public_value("description")
            told = Markup() if is_html_empty(told) else told
            survivor._message_log(
                body=Markup("<p>%s</p>%s")
                % (
                    self.env._("Merged with this case: %s", case._get_number_link()),
                    told,
                )
            )

    def _close_as_merged(self, survivor):
        log = self.env["aftersales.case.event"]._log_events
        log(
            [
                {
                    "case_id": side,
                    "kind": EVENT_MERGE,
                    "from_id": case.id,
                    "to_id": survivor.id,
                }
                for case in self
                for side in (case, survivor)
            ]
        )
        self.write({"merged_into_id": survivor.id, "duplicate_of_id": survivor.id})
        # The gates of the merged cases no longer matter: the other one has to pass them.
        open_cases = self.filtered(lambda case: case.state != STATE_CANCELLED)
        with open_cases._changing(forced=True) as cancelled:
            cancelled._move_to_state(STATE_CANCELLED)
        body = self.env._("Merged into %s", survivor._get_number_link())
        self._message_log_batch(dict.fromkeys(self.ids, body))

    # === Split === #

    def _split_off(self, vals, parts, as_child=True):
        """Make a new case of a part of this one.

        :param vals: values of the new case, on top of those both have in common
        :param parts: dict of what moves: see ``_move_split_parts``
        :param as_child: the new case stands under this one, else beside it
        :returns: the new case
        """
        self.ensure_one()
        self.check_access("write")
        parent = self if as_child else self.parent_id
        # sudo: the new case has it too, whoever may see it
        vals = self.sudo()._prepare_split_vals() | {"parent_id": parent.id} | vals
        # sudo: checked above; what both have in common is not the user's to say
        new = self.sudo().create(vals).with_env(self.env)
        # sudo: checked above; parts of others move as well
        self.sudo()._move_split_parts(
            new.sudo(), {name: records.sudo() for name, records in parts.items()}
        )
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": side,
                    "kind": EVENT_SPLIT,
                    "from_id": self.id,
                    "to_id": new.id,
                }
                for side in (self, new)
            ]
        )
        self._message_log(body=self.env._("Split off: %s", new._get_number_link()))
        new._message_log(body=self.env._("Split off from %s", self._get_number_link()))
        return new

    def _move_split_parts(self, new, parts):
        """Hook: move what hangs on this case to the case that is split off.

        Called with sudo. The parts come from the client: what is of another case stays.

        :param new: the case that is split off
        :param parts: ``{name: records}``; here ``messages``, which take their files
            along, further ``attachments``, ``checklist`` items and ``lines`` of goods; a
            sibling adds its own under its own name
        """
        own_messages = parts.get("messages", self.env["mail.message"]).filtered(
            lambda message: message.model == self._name and message.res_id == self.id
        )
        files = parts.get("attachments", self.env["ir.attachment"])
        files = (files | own_messages.attachment_ids).filtered(
            lambda file: file.res_model == self._name and file.res_id == self.id
        )
        own_messages.write({"res_id": new.id})
        files.write({"res_id": new.id})
        items = parts.get("checklist", self.env["aftersales.checklist.item"])
        items.filtered(lambda item: item.case_id == self).write(
            {"case_id": new.id, "requirement_id": False}
        )

    def _prepare_split_vals(self):
        """Hook: return the values that a case split off has in common with this one."""
        self.ensure_one()
        names = ("contact_id", "partner_id", "reporter_id", "site_id", "supplier_id")
        vals = {name: self[name].id for name in (*names, "project_id", "company_id")}
        plain = ("email", "phone", "reported_at", "confidential", "urgency", "impact")
        vals |= {name: self[name] for name in plain}
        for name in UNITED_FIELDS:
            vals[name] = [Command.set(self[name].ids)]
        return vals

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, RedirectWarning
from odoo.fields import Command
from odoo.tools import SQL

from ...const import OPEN_STATES
from ..extends.in_use import refuse_if_used


class ResUsers(models.Model):
    _inherit = "res.users"

    aftersales_deputy_id = fields.Many2one(
        "res.users",
        "Deputy for Cases",
        domain="[('share', '=', False), ('id', '!=', id)]",
        help="Takes new cases while this user is absent.",
    )
    aftersales_open_case_count = fields.Integer(
        "Open Cases", compute="_compute_aftersales_open_case_count"
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["aftersales_deputy_id"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["aftersales_deputy_id"]

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"active", "group_ids", "company_ids", "share"}:
            self._check_open_cases(archive="active" in vals and not vals["active"])
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_responsible(self):
        self._raise_for_open_cases(self)
        refuse_if_used(
            self,
            [
                ("aftersales.case", "user_id"),
                ("aftersales.case.event", "user_id"),
                ("aftersales.case.event", "actor_id"),
                ("aftersales.checklist.item", "done_by_id"),
            ],
        )

    def _get_aftersales_employees(self, company):
        """Return as whom these users work for a company, or for others if not for it."""
        # sudo: whether a colleague is there is asked on behalf of the rules. Searched,
        # because core's field knows those of the companies only that the caller works
        # in; a job works in one.
        employees = self.env["hr.employee"].sudo().search([("user_id", "in", self.ids)])
        own = employees.filtered(lambda employee: employee.company_id == company)
        return own | employees.filtered(lambda e: e.user_id not in own.user_id)

    # === Hand-over === #

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_aftersales_open_case_count(self):
        Case = self.env["aftersales.case"]
        if not Case.has_access("read"):
            self.aftersales_open_case_count = 0
            return
        counts = Case._count_open_by("user_id", self)
        for user in self:
            user.aftersales_open_case_count = counts[user.id][0]

    def action_view_aftersales_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "domain": [("user_id", "=", self.id)],
            "context": {"search_default_open": 1, "default_user_id": self.id},
        }

    def _check_open_cases(self, archive=False):
        """Guard: whoever can no longer be responsible must have no open case.

        :raises RedirectWarning: to the hand-over
        :raises ConcurrencyError: when somebody gave him one in this moment; Odoo then
            tries again, and finds it
        """
        self._lock_from_cases()
        cases = self.env["aftersales.case"]._get_unfinished_of(self)
        lost = cases.filtered(
            lambda case: not case.user_id._may_answer(case.company_id)
        )
        self._raise_for_open_cases(lost.user_id, archive=archive)
        self._check_cases_given_meanwhile()

    def _may_answer(self, company):
        """Say whether this user can be responsible for cases of a company."""
        self.ensure_one()
        return self.active and not self.share and company in self.company_ids

    # === Two at once: somebody leaves while another one gives him a case === #

    def _lock_for_cases(self):
        """Keep these users as they are until they have the cases they get now.

        Whoever takes a right from them waits until this transaction ends. When somebody
        has done so since it began, PostgreSQL refuses, and Odoo tries anew.
        """
        if self:
            self.env.execute_query(
                SQL(
                    "SELECT id FROM res_users WHERE id = ANY(%s) ORDER BY id FOR SHARE",
                    self.ids,
                )
            )

    def _lock_from_cases(self):
        """Wait until nobody gives these users a case, and let nobody begin to."""
        if self:
            self.env.flush_all()
            self.env.execute_query(
                SQL(
                    "SELECT id FROM res_users WHERE id = ANY(%s)"
                    " ORDER BY id FOR NO KEY UPDATE",
                    self.ids,
                )
            )

    def _check_cases_given_meanwhile(self):
        """Guard: nobody gave these users a case since this transaction began.

        It reads as of its start, so others' cases are looked for outside it; those that
        it hands over itself are still theirs out there, and do not count.

        :raises ConcurrencyError: or PostgreSQL's own, so that Odoo tries again
        """
        given = {
            case_id for case_id, *seat in self._read_seats() if self._is_lost(*seat)
        }
        if not given:
            return
        # Of a case that somebody else has changed since we began, this raises.
        known = self.env.execute_query(
            SQL(
                "SELECT id FROM aftersales_case WHERE id = ANY(%s) ORDER BY id"
                " FOR NO KEY UPDATE",
                sorted(given),
            )
        )
        if given - {case_id for (case_id,) in known}:
            raise ConcurrencyError(f"{self} were given a case in this moment")

    def _is_lost(self, user_id, company_id):
        company = self.env["res.company"].browse(company_id)
        return not self.browse(user_id)._may_answer(company)

    def _read_seats(self):
        """Return (case id, user id, company id) of their open cases, as stored now."""
        # Whom this transaction has made is known to nobody else yet.
        began = self.env.cr.now().replace(microsecond=0)
        users = self.filtered(lambda u: not u.create_date or u.create_date < began)
        # While addons are being installed nobody works, and tables may be missing.
        if not users or not self.env.registry.ready:
            return []
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT id, user_id, company_id FROM aftersales_case"
                    " WHERE user_id = ANY(%s) AND state = ANY(%s)",
                    users.ids,
                    list(OPEN_STATES),
                )
            )
            return cr.fetchall()

    def _raise_for_open_cases(self, users, archive=False, employees=None):
        """Refuse what would leave cases without a responsible, and lead to the hand-over.

        :param users: who would no longer answer for their cases
        :param archive: whether the users are archived after the hand-over
        :param employees: whom to archive after it
        :raises RedirectWarning: when they have open cases
        """
        cases = self.env["aftersales.case"]._get_unfinished_of(users)
        if not cases:
            return
        message = self.env._(
            "%(users)s is responsible for %(count)s open cases, for example"
            " %(numbers)s. Hand them over first: every case needs somebody who"
            " answers for it.",
            users=", ".join(cases.user_id.mapped("name")),
            count=len(cases),
            numbers=", ".join(cases[:3].mapped("number")),
        )
        context = {
            "active_model": self._name,
            "active_ids": cases.user_id.ids,
            "default_kind": "gone",
            "default_archive": archive,
        }
        if employees:
            context["default_employee_ids"] = [Command.set(employees.ids)]
        action = self.env.ref("aftersales_case.aftersales_handover_action")
        raise RedirectWarning(
            message, action.id, self.env._("Hand Over Cases"), context
        )

from datetime import timedelta

from odoo import models

from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...const import BY_ACTIVITY, BY_EMAIL, BY_INBOX, BY_SMS

# Nobody waits longer for somebody to be back.
LONGEST_WAIT = timedelta(days=14)


class ResUsers(models.Model):
    """Who stands above somebody, and when he is at work: for those who are told."""

    _inherit = "res.users"

    def _get_aftersales_shared(self):
        """Return the company of what all companies share, as rules name it.

        It is written by who works in all of them: it counts for the cases of each.

        :returns: ``[False]``, or none
        """
        self.ensure_one()
        # sudo: only how many there are, whichever the caller may see
        count = self.env["res.company"].sudo().search_count([])
        return [False] if len(self.sudo().company_ids) >= count else []

    def _get_aftersales_superiors(self, company):
        """Return the users above each of these, the nearest first, none of them twice.

        The chain of superiors as far as it goes, even if it goes in a circle; then the
        manager of the department, the company's fallback, the managers of After-sales.
        Superiors who have left, or have no active user, are passed over.

        :returns: ``{user: users}``
        """
        of_user = {one.user_id: one for one in self._get_aftersales_employees(company)}
        last, above = self._get_aftersales_last_resort(company), {}
        for user in self:
            users = self.browse()
            for superior in of_user[user]._get_chain() if user in of_user else ():
                users |= superior.user_id
            users = (users | last).filtered(lambda u: u._may_answer(company))
            above[user] = users - user
        return above

    def _get_aftersales_last_resort(self, company):
        """Return who is asked where nobody else is: the fallback, then the managers."""
        # sudo: who answers for a company is asked on behalf of the levels
        fallback = company.sudo().aftersales_user_id
        return fallback | self.env["aftersales.case"].sudo()._get_managers()

    def _get_aftersales_stand_ins(self, company):
        """Return ``{user: whom to tell now}``: an absent one's deputy, if he is there."""
        deputies = self.aftersales_deputy_id.filtered(lambda u: u._may_answer(company))
        absent = (self | deputies)._get_absent(company)
        there = deputies - absent
        return {
            user: user.aftersales_deputy_id
            if user in absent and user.aftersales_deputy_id in there
            else user
            for user in self
        }

    def _get_aftersales_openings(self, company, moment):
        """Return when each of these users is at work first, from a moment on.

        By his own working hours, less his leave, else by the company's; who has none
        within two weeks is told at once, as is who has none at all.

        :returns: ``{user: moment}``
        """
        last = moment + LONGEST_WAIT
        employees = self._get_aftersales_employees(company)
        of_user = {one.user_id: one for one in employees}
        openings, groups = {}, {}
        for user in self:
            employee = of_user.get(user)
            calendar = employee and employee.resource_calendar_id
            resource = employee and employee.resource_id
            if not calendar or calendar.flexible_hours:
                # sudo: the company's hours, whoever runs the job
                calendar, resource = company.sudo().resource_calendar_id, False
            groups.setdefault(calendar, []).append((user, resource))
        for calendar, asked in groups.items():
            resources = employees.resource_id.browse().union(
                *(resource for _user, resource in asked if resource)
            )
            try:
                found = calendar._get_aftersales_intervals(
                    company, moment, last, resources
                )
            except WorkingTimeError:
                # Hours that cannot be read keep no message.
                found = {}
            for user, resource in asked:
                key = resource.id if resource else False
                worked = found.get(key, ())
                starts = [max(start, moment) for start, end in worked if end > moment]
                openings[user] = min(starts, default=moment)
        return openings

    # === Channels === #

    def _has_aftersales_channel(self, channel):
        """Say whether a channel leads to this person now."""
        self.ensure_one()
        # sudo: how a colleague is reached is asked on behalf of the levels
        user = self.sudo()
        if channel == BY_INBOX:
            return user.notification_type == "inbox"
        if channel == BY_EMAIL:
            return bool(user.partner_id.email_normalized)
        if channel == BY_SMS:
            return bool(user._get_aftersales_mobile())
        return channel == BY_ACTIVITY

    def _get_aftersales_mobile(self):
        """Return the number for text messages, as a gateway takes it, or None."""
        self.ensure_one()
        user = self.sudo()  # sudo: as above
        employees = user._get_aftersales_employees(user.company_id)
        numbers = [*employees.mapped("mobile_phone"), user.partner_id.phone]
        country = user.company_id.country_id
        for number in filter(None, numbers):
            found = user.partner_id._phone_format(number=number, country=country)
            if found:
                return found
        return None

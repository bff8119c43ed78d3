from odoo import fields, models

from ...engine.start import Step

# How many addresses a step names.
NAMED = 3


class ResCompany(models.Model):
    """What is set up of after-sales in a company, and what is missing."""

    _inherit = "res.company"

    aftersales_start_hidden = fields.Boolean("First Steps Are Hidden")

    def _get_setup_steps(self):
        """Hook: return what is to be set up in this company, in the order of doing it.

        Asked for managers, who may set up most of it, not all: the others' action is
        None.

        :returns: list of ``Step``
        """
        self.ensure_one()
        return [
            self._get_setup_of_mail_in(),
            self._get_setup_of_mail_out(),
            self._get_setup_of_people(),
            self._get_setup_of_teams(),
            self._get_setup_of_fallback(),
            self._get_setup_of_cases(),
        ]

    def _if_member(self, group, action):
        """Return an action, for who is in a group."""
        return action if self.env.user.has_group(group) else None

    def _get_setup_of_mail_in(self):
        # sudo: the domain of a company, and which addresses there are
        domain = self.sudo().alias_domain_id
        aliases = self.env["mail.alias"].sudo()
        if domain:
            aliases = aliases.search(
                [
                    ("alias_model_id.model", "=", "aftersales.case"),
                    ("alias_domain_id", "=", domain.id),
                    ("alias_name", "!=", False),
                ],
                order="id",
            )
        action = "aftersales_case.aftersales_case_type_action"
        if aliases:
            names = ", ".join(aliases[:NAMED].mapped("alias_full_name"))
            text = self.env._("What comes to %s becomes a case.", names)
        elif domain:
            text = self.env._(
                "Give a type or a team an address: its mails become cases."
            )
        else:
            text = self.env._(
                "The company has no mail domain yet: an administrator adds it in the"
                " general settings."
            )
            action = self._if_member(
                "base.group_system", "base_setup.action_general_configuration"
            )
        name = self.env._("Receive cases by mail")
        return Step("mail_in", name, text, bool(aliases), action)

    def _get_setup_of_mail_out(self):
        # sudo: only how many there are
        count = self.env["ir.mail_server"].sudo().search_count([], limit=1)
        return Step(
            "mail_out",
            self.env._("Answer by mail"),
            self.env._("Mails leave by a server of your own.")
            if count
            else self.env._(
                "Customers are told by mail what happens: an administrator adds the server"
                " by which mails leave."
            ),
            bool(count),
            self._if_member("base.group_system", "base.action_ir_mail_server_list"),
        )

    def _get_setup_of_people(self):
        group = self.env.ref("aftersales_case.group_aftersales_agent")
        # sudo: only how many there are
        count = (
            self.env["res.users"]
            .sudo()
            .search_count(
                [
                    ("all_group_ids", "in", group.id),
                    ("company_ids", "in", self.id),
                    ("share", "=", False),
                ]
            )
        )
        is_done = count > 1
        return Step(
            "people",
            self.env._("Give colleagues a role"),
            self.env._("%s colleagues work on cases.", count)
            if is_done
            else self.env._(
                "Nobody but you works on cases. Under Settings, Users & Companies, Users"
                " each gets a role: agent, team leader or manager."
            ),
            is_done,
            self._if_member("base.group_erp_manager", "base.action_res_users"),
        )

    def _get_setup_of_teams(self):
        teams = self.env["aftersales.team"].search(
            [
                ("company_id", "in", [self.id, False]),
                ("leader_id", "!=", False),
                ("member_ids", "!=", False),
            ]
        )
        return Step(
            "teams",
            self.env._("Put teams together"),
            self.env._("Somebody leads %s.", ", ".join(teams[:NAMED].mapped("name")))
            if teams
            else self.env._(
                "New cases of a team go to its leader, or to its members in turn: it"
                " needs both."
            ),
            bool(teams),
            "aftersales_case.aftersales_team_action",
        )

    def _get_setup_of_fallback(self):
        fallback = self.aftersales_user_id
        return Step(
            "fallback",
            self.env._("Say who is asked last"),
            self.env._("%s gets what no rule gives to anybody.", fallback.name)
            if fallback
            else self.env._(
                "Each case has somebody responsible. Name who gets those that no rule"
                " gives to anybody."
            ),
            bool(fallback),
            self._if_member(
                "base.group_system", "aftersales_case.res_config_settings_action"
            ),
        )

    def _get_setup_of_cases(self):
        # sudo: whether there is one, be it confidential
        count = (
            self.env["aftersales.case"]
            .sudo()
            .search_count([("company_id", "=", self.id)], limit=1)
        )
        return Step(
            "cases",
            self.env._("Walk a case from beginning to end"),
            self.env._("There are cases.")
            if count
            else self.env._(
                "Report one yourself, and move it over the board: each stage says what it"
                " asks for."
            ),
            bool(count),
            "aftersales_case.aftersales_case_action_report",
        )

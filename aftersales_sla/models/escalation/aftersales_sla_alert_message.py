from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models

from ...engine.clock import BREACHED

# Lines of one message; the rest is counted.
LISTED = 50


class Line(NamedTuple):
    """What a message says of one promise."""

    case: models.BaseModel
    what: str
    level: str
    state: str
    is_late: bool
    url: str


class AftersalesSlaAlert(models.Model):
    """What receivers read: what is late first, then what is due first, with links."""

    _inherit = "aftersales.sla.alert"

    body_html = fields.Html(
        "What Was Sent",
        compute="_compute_body_html",
        compute_sudo=True,
        sanitize=False,
    )

    @api.depends_context("uid")
    def _compute_body_html(self):
        """As it was sent, while the message is kept; it names cases one may not read."""
        for alert in self:
            own = alert.told_user_id == self.env.user
            alert.body_html = own and alert.message_id.body

    def _prepare_message(self, clocks):
        """Return the subject and the ``Line`` list of a message, the most urgent first.

        :param clocks: ``{alert: clock that counts}``
        """
        one_each = {}
        for alert in self.sorted("reached_at"):
            # Of one promise the last level that was reached is told.
            one_each[clocks[alert]] = alert
        ordered = sorted(
            one_each,
            key=lambda clock: (clock.state != BREACHED, clock.due_at or datetime.max),
        )
        lines = [one_each[clock]._prepare_line(clock) for clock in ordered]
        if len(lines) == 1:
            [line] = lines
            subject = self.env._(
                "%(case)s: %(what)s, %(state)s",
                case=line.case.number,
                what=line.what,
                state=line.state,
            )
        else:
            subject = self.env._("%s deadlines need you", len(lines))
        return subject, lines

    def _prepare_line(self, clock):
        self.ensure_one()
        case = self.case_id
        clock = clock.with_env(self.env)
        zone = self.env.context.get("tz")
        return Line(
            case=case,
            what=clock.target_id._get_what(),
            level=self.level_id._tell_when() if self.level_id else "",
            state=clock._tell_row(clock, zone),
            is_late=clock.state == BREACHED,
            url=f"{case.get_base_url()}/odoo/cases/{case.id}",
        )

    def _render_message(self, lines):
        return self.env["ir.qweb"]._render(
            "aftersales_sla.alert_message",
            {"lines": lines[:LISTED], "more": len(lines[LISTED:])},
        )

    def _send_sms(self, user, subject, lines):
        """Leave a text message in the queue, without what the case is about."""
        numbers = ", ".join(line.case.number for line in lines[:LISTED])
        body = subject if len(lines) == 1 else f"{subject}: {numbers}"
        self.env["sms.sms"].create(
            {
                "number": user._get_aftersales_mobile(),
                "body": body,
                "partner_id": user.partner_id.id,
            }
        )

    def _plan_reading(self, user, clocks):
        """Plan an activity for a person on each case; nobody gets a mail for each."""
        case = self.env["aftersales.case"]
        case.with_context(mail_activity_quick_update=True)._plan_readings(
            [
                (
                    alert.case_id,
                    user,
                    clocks[alert].with_env(self.env).target_id._get_what(),
                    alert._get_note(clocks[alert]),
                )
                for alert in self
            ]
        )

    def _get_note(self, clock):
        """Return how the promise stands, in one sentence."""
        self.ensure_one()
        clock = clock.with_env(self.env)
        return clock._tell_row(clock, self.env.context.get("tz"))

from odoo import models
from odoo.exceptions import AccessError, UserError

from ...const import PRESENCES

# The bus hands a sign to the clients under this name.
PRESENCE_SIGN = "aftersales.case/presence"


class AftersalesCase(models.Model):
    """Who has a case open, and who writes on it: told to those who have it open too.

    No table keeps it: a sign is a message on the bus, and who gives none any more is
    forgotten by the clients (``static/src/case/case_presence``).
    """

    _name = "aftersales.case"
    _inherit = ["aftersales.case", "bus.listener.mixin"]

    def notify_presence(self, state):
        """Tell those who have these cases open what the caller does there.

        :param state: one of ``PRESENCES``
        :return: id of the newest message on the bus before this sign: what is older
            tells the caller nothing of who is there now
        :raise AccessError: when the caller is no colleague or may not read the cases
        :raise UserError: when the state is none of them
        """
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._("Only colleagues are told who works on a case.")
            )
        self.check_access("read")
        if state not in PRESENCES:
            raise UserError(
                self.env._(
                    "What you do on the case cannot be told: take one of %(states)s "
                    "as the state.",
                    states=", ".join(PRESENCES),
                )
            )
        # sudo: a mere number, which core tells every client too
        newest = self.env["bus.bus"].sudo()._bus_last_id()
        user = self.env.user
        for case in self:
            sign = {
                "case_id": case.id,
                "user_id": user.id,
                "name": user.name,
                "state": state,
            }
            case._bus_send(
                PRESENCE_SIGN, sign, subchannel=case._get_presence_subchannel()
            )
        return newest

    def _get_presence_subchannel(self):
        """Return the name of the channel of this case on which signs are given.

        The bus asks for rights when somebody comes, not with each message: a case that
        becomes confidential goes on where those who came before do not listen.
        """
        self.ensure_one()
        # sudo: some may read the case and not this field
        return "presence_confidential" if self.sudo().confidential else "presence"

    def _get_presence_channels(self, case_ids):
        """Return the channels that the user may listen to, of those of these cases."""
        if not case_ids or not self.env.user._is_internal():
            return []
        cases = self.search([("id", "in", list(case_ids))])
        return [(case, case._get_presence_subchannel()) for case in cases]

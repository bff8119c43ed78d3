import re

from odoo import models

# What the form of a case asks to listen to.
CASE_CHANNEL = re.compile(r"aftersales\.case/([0-9]{1,18})")


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Let only those listen to who works on a case who may read it."""
        case_ids, others = set(), []
        for channel in channels:
            asked = isinstance(channel, str) and CASE_CHANNEL.fullmatch(channel)
            if asked:
                case_ids.add(int(asked[1]))
            else:
                others.append(channel)
        others += self.env["aftersales.case"]._get_presence_channels(case_ids)
        return super()._build_bus_channel_list(others)

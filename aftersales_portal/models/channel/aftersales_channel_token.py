import hashlib
import secrets

from odoo import fields, models
from odoo.tools import consteq

# So that people tell it from other secrets where they find it.
TOKEN_START = "asc_"
TOKEN_FIELDS = ("token_digest", "token_end", "token_at")


class AftersalesChannel(models.Model):
    """The token by which a program shows that it may use a channel.

    Shown once: what is kept is its digest. It proves nothing about customers.
    """

    _name = "aftersales.channel"
    _inherit = ["aftersales.kept.mixin", "aftersales.channel"]

    token_digest = fields.Char(readonly=True, copy=False, groups="base.group_system")
    token_end = fields.Char(
        "Token Ends With",
        readonly=True,
        copy=False,
        help="The last signs of the token that programs show.",
    )
    token_at = fields.Datetime("Token Made On", readonly=True, copy=False)
    needs_token = fields.Boolean(
        "Programs Only",
        help="Without the token nothing is taken, from browsers neither.",
    )

    def action_make_token(self):
        """Make a new token, which replaces the one before; show it, this once.

        :raises AccessError: for whoever may not change the channel
        """
        self.ensure_one()
        self.check_access("write")
        token = TOKEN_START + secrets.token_urlsafe(32)
        # sudo: kept by the system; the right was checked
        self.sudo().write(
            {
                "token_digest": _get_digest(token),
                "token_end": token[-4:],
                "token_at": fields.Datetime.now(),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Token of %s", self.name),
            "res_model": "aftersales.channel.token",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            # Never stored: the dialog is closed, not saved.
            "context": {"default_token": token, "dialog_size": "medium"},
        }

    def action_remove_token(self):
        """Take the token back: no program gets in any more.

        :raises AccessError: for whoever may not change the channel
        """
        self.check_access("write")
        # sudo: as above
        self.sudo().write(dict.fromkeys(TOKEN_FIELDS, False))
        return True

    def _is_token(self, token):
        """Say whether somebody shows the token of this channel."""
        self.ensure_one()
        known = self.sudo().token_digest  # sudo: compared, shown to nobody
        return bool(known and token) and consteq(known, _get_digest(token))


def _get_digest(token):
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

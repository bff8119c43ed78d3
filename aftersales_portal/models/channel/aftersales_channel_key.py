from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import REFUSED_KEY
from ...engine.problem import Problem

REMEMBERED = timedelta(hours=24)


class AftersalesChannelKey(models.Model):
    """Under which key a report was sent: sent again, it gets the same answer.

    Written in the transaction of the case. Of two at once the second waits, is tried
    again by Odoo, and finds what the first one made.
    """

    _name = "aftersales.channel.key"
    _description = "Key of a Report"

    channel_id = fields.Many2one(
        "aftersales.channel", required=True, ondelete="cascade"
    )
    name = fields.Char("Key", required=True)
    digest = fields.Char(required=True, help="Of what was sent.")
    answer = fields.Json()
    taken_at = fields.Datetime(required=True, index=True)

    _key_uniq = models.Constraint(
        "UNIQUE(channel_id, name)", "This key was sent already."
    )

    @api.model
    def _take(self, channel, name, digest, remembered=REMEMBERED):
        """Take note of a key; return its row, with the answer if it was sent before.

        :param digest: of what is sent under it
        :param remembered: ``timedelta`` after which it counts as new
        :raises Problem: when something else was sent under it
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                "DELETE FROM aftersales_channel_key"
                " WHERE channel_id = %s AND name = %s AND taken_at < %s",
                channel.id,
                name,
                now - remembered,
            )
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO aftersales_channel_key"
                " (channel_id, name, digest, taken_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (channel_id, name) DO NOTHING RETURNING id",
                channel.id,
                name,
                digest,
                now,
            ),
            # That two send one at once is no error.
            log_exceptions=False,
        )
        if row := self.env.cr.fetchone():
            return self.browse(row)
        known = self.search([("channel_id", "=", channel.id), ("name", "=", name)])
        if known.digest != digest:
            raise Problem(
                422,
                "key_reused",
                self.env._(
                    "Idempotency-Key: something else was sent under this key. Send this"
                    " under a new one."
                ),
                reason=REFUSED_KEY,
            )
        return known

    @api.autovacuum
    def _gc_keys(self):
        limit = fields.Datetime.now() - REMEMBERED
        # sudo: the system cleans up, whoever runs it
        self.sudo().search([("taken_at", "<", limit)]).unlink()

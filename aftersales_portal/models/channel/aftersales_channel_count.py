from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import REFUSED_RATE
from ...engine.problem import Problem

HOUR = timedelta(hours=1)
# Counts of so many hours are kept, to be looked at.
KEPT = 48
# As whom all together are counted.
STRANGERS, KNOWN = "-", "+"


class AftersalesChannelCount(models.Model):
    """How much arrived by a channel in an hour: in all, and from one address.

    Counted in a transaction of its own, so that what is refused counts too.
    """

    _name = "aftersales.channel.count"
    _description = "Arrivals of an Hour"
    _rec_name = "who"

    channel_id = fields.Many2one(
        "aftersales.channel", required=True, ondelete="cascade"
    )
    who = fields.Char(
        "Address in Short",
        required=True,
        help="A digest of the internet address; a hyphen stands for all strangers, a"
        " plus for all who show a token.",
    )
    hour = fields.Datetime(required=True)
    count = fields.Integer(required=True)

    _hour_uniq = models.Constraint(
        "UNIQUE(channel_id, who, hour)", "These are counted already."
    )

    @api.model
    def _count(self, channel, who, is_known=False):
        """Count an arrival.

        :param who: digest of the address that it comes from; None counts for all only
        :param is_known: whether it showed a token: strangers take nothing of what those
            who did may send
        :raises Problem: when there were too many in this hour
        """
        now = fields.Datetime.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self.env.registry.cursor() as cr:
            if type(cr).__name__ != "TestCursor":
                # Who comes second waits, and counts on; he does not fail.
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            # The busy one first: he takes nothing of what is left for others.
            full = who and _add(cr, channel.id, who, hour) > channel.most_of_one
            together = KNOWN if is_known else STRANGERS
            full = full or _add(cr, channel.id, together, hour) > channel.most_an_hour
        if full:
            wait = int((hour + HOUR - now).total_seconds()) + 1
            raise Problem(
                429,
                "too_many",
                self.env._(
                    "Too many reports came in. Send it again in %s minutes.",
                    wait // 60 + 1,
                ),
                headers={"Retry-After": str(wait)},
                reason=REFUSED_RATE,
            )

    @api.autovacuum
    def _gc_counts(self):
        limit = fields.Datetime.now() - KEPT * HOUR
        # sudo: the system cleans up, whoever runs it
        self.sudo().search([("hour", "<", limit)]).unlink()


def _add(cr, channel_id, who, hour):
    """Add one and return how many there are now."""
    cr.execute(
        SQL(
            "INSERT INTO aftersales_channel_count AS counted"
            " (channel_id, who, hour, count) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (channel_id, who, hour)"
            " DO UPDATE SET count = counted.count + 1 RETURNING count",
            channel_id,
            who,
            hour,
        )
    )
    return cr.fetchone()[0]

"""What holds of one invoice have in common counts once, in booked value.

Amounts by hand knew the credit notes that were there, by their sum; now by name.
"""

import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import column_exists

_logger = logging.getLogger("migration")

KNOWN = """
    UPDATE aftersales_dunning_hold h
       SET credits_known = known.ids
      FROM (SELECT h.id, jsonb_agg(note.id ORDER BY note.id) AS ids
              FROM aftersales_dunning_hold h
              JOIN account_move note ON note.reversed_entry_id = h.move_id
             WHERE h.state IN ('requested', 'active') AND h.credited_before > 0
               AND note.move_type = 'out_refund' AND note.state = 'posted'
               AND note.create_date <= h.requested_at
             GROUP BY h.id) known
     WHERE known.id = h.id
"""


def migrate(cr, version):
    if not version:
        return
    if column_exists(cr, "aftersales_dunning_hold", "credited_before"):
        cr.execute(SQL(KNOWN))
    env = api.Environment(cr, SUPERUSER_ID, {})
    Hold = env["aftersales.dunning.hold"]
    running = Hold.search([("state", "in", ("requested", "active"))])
    running.invalidate_recordset()
    running.case_id._sync_goods()
    running._follow_credits()
    env.add_to_compute(Hold._fields["held_amount"], running)
    env.add_to_compute(Hold._fields["held_company"], running)
    env.flush_all()
    _logger.info("%s holds are counted once", len(running))

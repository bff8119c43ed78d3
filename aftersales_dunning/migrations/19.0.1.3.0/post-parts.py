"""What waits for a date does so on the hold that ended, no more on its invoice.

An invoice that waited as a whole goes on doing so: nobody is dunned earlier than he was
told. Holds that run keep the terms that somebody chose for them.
"""

import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import column_exists

_logger = logging.getLogger("migration")

CHOSEN = """
    UPDATE aftersales_dunning_hold h
       SET terms_by_hand = true
      FROM aftersales_dunning_hold_reason reason
     WHERE reason.id = h.reason_id AND h.state IN ('requested', 'active')
       AND (h.release_policy, h.wait_days, h.due_days,
            COALESCE(h.payment_term_id, 0))
        <> (reason.release_policy, reason.wait_days, reason.due_days,
            COALESCE(reason.payment_term_id, 0))
"""
OUTCOMES = """
    UPDATE aftersales_dunning_hold
       SET outcome = end_reason
     WHERE end_reason IN ('credited', 'expired', 'withdrawn') AND outcome IS NULL
"""
WAITING = """
    UPDATE aftersales_dunning_hold h
       SET part_state = 'waiting', scope = 'invoice', resume_on = last.day
      FROM (SELECT DISTINCT ON (own.move_id) own.id, move.dunning_resume_on AS day
              FROM aftersales_dunning_hold own
              JOIN account_move move ON move.id = own.move_id
             WHERE move.dunning_resume_on > CURRENT_DATE
               AND own.state NOT IN ('requested', 'active')
               AND own.resume_on IS NOT NULL AND own.scope <> 'customer'
          ORDER BY own.move_id, own.resume_on DESC, own.id DESC) last
     WHERE last.id = h.id
 RETURNING h.id
"""
CUSTOMERS = """
    UPDATE aftersales_dunning_hold
       SET part_state = 'waiting'
     WHERE scope = 'customer' AND resume_on > CURRENT_DATE
       AND state NOT IN ('requested', 'active')
"""
RESOLUTIONS = {
    "credited": ("credited",),
    "rejected": ("explained", "apology"),
}


def migrate(cr, version):
    if not version:
        return
    cr.execute(SQL(CHOSEN))
    cr.execute(SQL(OUTCOMES))
    cr.execute(SQL(CUSTOMERS))
    ids = []
    if column_exists(cr, "account_move", "dunning_resume_on"):
        cr.execute(SQL(WAITING))
        ids = [hold_id for (hold_id,) in cr.fetchall()]
    env = api.Environment(cr, SUPERUSER_ID, {})
    for outcome, names in RESOLUTIONS.items():
        for name in names:
            found = env.ref(f"aftersales_case.resolution_{name}", False)
            if found:
                found.hold_outcome = outcome
    Hold = env["aftersales.dunning.hold"]
    waiting = Hold.browse(ids)
    waiting.invalidate_recordset()
    for name in ("held_amount", "held_company", "part_amount"):
        env.add_to_compute(Hold._fields[name], waiting)
    for name in ("held_amount", "hold_state"):
        env.add_to_compute(waiting.move_id._fields[name], waiting.move_id)
    env.flush_all()
    waiting.move_id._publish_full_holds()
    env.flush_all()
    _logger.info("%s parts wait for their date", len(waiting))

"""Mails about decisions say what their sender may read; each question knows its hold.

The shipped templates named the invoice itself, which service need not read. What users
changed of them stays.
"""

import logging

from odoo.tools import SQL

_logger = logging.getLogger("migration")

TEMPLATES = """
    UPDATE mail_template template
       SET subject = replace(
               template.subject::text,
               'object.move_id.name or ''''', 'object.invoice_name')::jsonb,
           partner_to = CASE
               WHEN template.partner_to =
                    '{{ object.move_id.partner_id.id or object.partner_id.id }}'
               THEN '{{ object.addressee_id.id }}'
               ELSE template.partner_to END
      FROM ir_model_data shipped
     WHERE shipped.module = 'aftersales_dunning' AND shipped.model = 'mail.template'
       AND shipped.name LIKE 'mail_outcome_%%' AND shipped.res_id = template.id
"""
QUESTIONS = """
    UPDATE aftersales_dunning_hold h
       SET question_id = asked.id
      FROM (SELECT DISTINCT ON (hold.id) hold.id AS hold_id, activity.id
              FROM aftersales_dunning_hold hold
              JOIN ir_model_data kind
                ON kind.module = 'aftersales_dunning'
               AND kind.name = CASE hold.part_state
                   WHEN 'to_credit' THEN 'activity_to_credit'
                   ELSE 'activity_outcome' END
              JOIN mail_activity activity
                ON activity.activity_type_id = kind.res_id AND activity.active
               AND (activity.res_model, activity.res_id) IN (
                   ('account.move', hold.move_id),
                   ('res.partner',
                    CASE WHEN hold.move_id IS NULL THEN hold.partner_id END))
             WHERE hold.state = 'active'
               AND hold.part_state IN ('to_credit', 'undecided')
          ORDER BY hold.id, activity.id) asked
     WHERE asked.hold_id = h.id AND h.question_id IS NULL
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute(SQL(TEMPLATES))
    _logger.info("%s templates name what their sender may read", cr.rowcount)
    cr.execute(SQL(QUESTIONS))
    _logger.info("%s questions know their hold", cr.rowcount)

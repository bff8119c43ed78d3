"""What `setup/bench` runs in an Odoo shell to measure a credit control run.

`prepare(env)` makes due lines on a database without the addon, `hold(env)` holds a
tenth of the invoices in part once it is there, `measure(env)` makes one run, rolls it
back and prints its CPU seconds and queries.
"""

import time
from datetime import timedelta

INVOICES = 1000
INSTALMENTS = 10
HELD_PART = 10  # one invoice in so many


def prepare(env):
    """Make 10,000 due lines: a thousand invoices in ten instalments each."""
    from odoo import fields
    from odoo.fields import Command

    company = env.company
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
    today = fields.Date.today()
    term = env["account.payment.term"].create(
        {
            "name": "Ten instalments",
            "line_ids": [
                Command.create(
                    {
                        "value": "percent",
                        "value_amount": 100 / INSTALMENTS,
                        "nb_days": number,
                    }
                )
                for number in range(INSTALMENTS)
            ],
        }
    )
    partners = env["res.partner"].create(
        [
            {"name": f"Bench {number}", "email": f"{number}@bench.example"}
            for number in range(INVOICES)
        ]
    )
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": today - timedelta(days=90),
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": 1000, "tax_ids": False}
                    )
                ],
            }
            for partner in partners
        ]
    )
    invoices.action_post()
    template = env["mail.template"].search(
        [("model", "=", "credit.control.communication")], limit=1
    )
    company.credit_policy_id = env["credit.control.policy"].create(
        {
            "name": "Bench",
            "company_id": company.id,
            "account_ids": [
                Command.set(partners[0].property_account_receivable_id.ids)
            ],
            "level_ids": [
                Command.create(
                    {
                        "name": "Reminder",
                        "level": 1,
                        "computation_mode": "net_days",
                        "delay_days": 10,
                        "channel": "email",
                        "email_template_id": template.id,
                        "custom_text": "Please pay.",
                        "custom_mail_text": "Please pay.",
                    }
                )
            ],
        }
    )
    env.cr.commit()


def hold(env):
    """Hold a little of every tenth invoice: a thousand lines, partly held."""
    invoices = env["account.move"].search([("partner_id.name", "like", "Bench ")])
    reason = env.ref("aftersales_dunning.reason_product")
    env["aftersales.dunning.hold"].create(
        [
            {
                "move_id": invoice.id,
                "reason_id": reason.id,
                "scope": "amount",
                "amount": 50,
            }
            for invoice in invoices[::HELD_PART]
        ]
    )
    env.cr.commit()


def measure(env):
    """Make one run; print its CPU seconds, queries and lines; leave nothing behind."""
    from odoo import fields

    run = env["credit.control.run"].create(
        {
            "date": fields.Date.today(),
            "company_id": env.company.id,
            "policy_ids": env.company.credit_policy_id.ids,
        }
    )
    env.flush_all()
    env.invalidate_all()
    queries, started = env.cr.sql_log_count, time.process_time()
    run.generate_credit_lines()
    env.flush_all()
    seconds = time.process_time() - started
    queries = env.cr.sql_log_count - queries
    print(f"MEASURED {seconds:.2f} {queries} {len(run.line_ids)}")
    env.cr.rollback()

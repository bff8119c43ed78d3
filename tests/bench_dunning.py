"""What `setup/bench` runs in an Odoo shell to measure a credit control run.

`prepare(env)` makes due lines on a database without the addon, `hold(env)` holds a
tenth of the invoices in part once it is there, `measure(env)` makes one run, rolls it
back and prints its CPU seconds and queries. `hold_in_batches(env)` makes many holds and
prints what they cost.
"""

import time
from datetime import timedelta

INVOICES = 1000
INSTALMENTS = 10
HELD_PART = 10  # one invoice in so many
BATCH = 500  # holds a transaction
TIMES = 10  # each invoice, and each customer, is held


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


def hold_in_batches(env):
    """Hold parts of all invoices and all customers; print queries a hold, and locks."""
    invoices = env["account.move"].search([("partner_id.name", "like", "Bench ")])
    reason = env.ref("aftersales_dunning.reason_product").id
    user = env.ref("base.user_admin")
    user.group_ids |= env.ref("account.group_account_invoice")
    env.cr.commit()
    kinds = {
        "invoices": [
            {"move_id": invoice.id, "reason_id": reason, "scope": "amount", "amount": 5}
            for invoice in invoices
        ],
        "customers": [
            {"partner_id": partner.id, "reason_id": reason, "scope": "customer"}
            for partner in invoices.partner_id
        ],
    }
    for kind, vals_list in kinds.items():
        queries, locks, count = 0, 0, 0
        for first in list(range(0, len(vals_list), BATCH)) * TIMES:
            env.invalidate_all()
            before = env.cr.sql_log_count
            batch = vals_list[first : first + BATCH]
            env(user=user)["aftersales.dunning.hold"].create(batch)
            env.flush_all()
            queries += env.cr.sql_log_count - before
            count += len(batch)
            env.cr.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            locks = max(locks, env.cr.fetchone()[0])
            env.cr.commit()
        print(f"HELD {kind} {count} {queries / count:.2f} {locks}")
    states = env["aftersales.dunning.hold"]._read_group([], ["state"], ["__count"])
    assert [state for state, _count in states] == ["active"], states

"""The story goes on: a delivery is complained about, and its invoice is not dunned.

A slip number names the delivery, the invoice finds the case, the undisputed part is
dunned, and when the case is closed the rest comes back on the terms of its reason.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command


def check(held, sentence):
    """Stop the story with a sentence when something did not hold."""
    if not held:
        raise SystemExit(f"The story stops here: {sentence}")


def open_the_books(story):
    """The company sells coffee machines at 100.00 and dunns what is overdue."""
    env, company = story.env, story.env.company
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
    account = story.linde.property_account_receivable_id
    template = env["mail.template"].search(
        [("model", "=", "credit.control.communication")], limit=1
    )
    level = {
        "name": "Reminder",
        "level": 1,
        "computation_mode": "net_days",
        "delay_days": 10,
        "channel": "email",
        "email_template_id": template.id,
        "custom_text": "Please pay.",
        "custom_mail_text": "Please pay.",
    }
    story.policy = company.credit_policy_id = env["credit.control.policy"].create(
        {
            "name": "Reminders",
            "company_id": company.id,
            "account_ids": [Command.set(account.ids)],
            "level_ids": [Command.create(level)],
        }
    )
    story.machine = env["product.product"].create(
        {
            "name": "Espresso Machine",
            "type": "consu",
            "is_storable": True,
            "list_price": 100,
            "invoice_policy": "delivery",
            "taxes_id": False,
        }
    )
    story.shown = story.policy
    return (
        f"The books are open; policy {story.policy.name} dunns 10 days after the date."
    )


def deliver_machines(story):
    """Ten machines go to Koffiehuis De Linde."""
    env = story.env
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    env["stock.quant"]._update_available_quantity(
        story.machine, warehouse.lot_stock_id, 10
    )
    story.order = env["sale.order"].create(
        {
            "partner_id": story.linde.id,
            "client_order_ref": "PO 4711",
            "order_line": [
                Command.create({"product_id": story.machine.id, "product_uom_qty": 10})
            ],
        }
    )
    story.order.action_confirm()
    story.slip = story.order.picking_ids
    story.slip.move_ids.write({"quantity": 10, "picked": True})
    story.slip.button_validate()
    check(story.slip.state == "done", f"the delivery is {story.slip.state}.")
    story.shown = story.slip
    return f"Ten machines are delivered to Koffiehuis De Linde with slip {story.slip.name}."


def complain_by_slip_number(story):
    """Joost enters the number of the slip; four machines are broken."""
    case = story.claim = (
        story.env["aftersales.case"]
        .with_user(story.joost)
        .create(
            {
                "name": "Four machines leak",
                "type_id": story.ref("type_complaint").id,
                "user_id": story.joost.id,
                "slip_number": story.slip.name,
            }
        )
    )
    check(case.partner_id == story.linde, "the slip did not tell the customer.")
    check(case.line_ids.product_id == story.machine, "the slip did not tell the goods.")
    case.line_ids.quantity = 4
    check(case.invoice_state == "waiting", "the case does not wait for the invoice.")
    story.shown = case
    return (
        f"Joost enters slip {case.slip_number} on {case.number}: customer"
        f" {case.partner_id.name}, order {case.order_ref}, {case.line_ids.quantity:g} of"
        f" {case.line_ids.delivered:g} machines. The invoice is waited for."
    )


def bill_the_delivery(story):
    """The invoice is posted, and finds the case by itself."""
    invoice = story.invoice = story.order._create_invoices()
    invoice.write(
        {
            "invoice_date": fields.Date.today() - timedelta(days=60),
            "invoice_payment_term_id": False,
            "invoice_date_due": fields.Date.today() - timedelta(days=30),
        }
    )
    invoice.action_post()
    check(story.claim.invoice_state == "found", "the invoice did not find the case.")
    check(invoice.held_amount == 400, f"{invoice.held_amount} are held, not 400.")
    story.shown = invoice
    return (
        f"Invoice {invoice.name} over {invoice.amount_total:.2f} is posted: it finds"
        f" {story.claim.number}, {invoice.held_amount:.2f} are held by themselves."
    )


def look_at_tonights_run(story):
    """Another bill is disputed as a whole; a dry run shows what the run will do."""
    env, invoice = story.env, story.invoice
    whole = invoice.copy({"invoice_date": invoice.invoice_date})
    whole.invoice_date_due = invoice.invoice_date_due
    whole.action_post()
    env["aftersales.dunning.hold"].create(
        {
            "move_id": whole.id,
            "reason_id": env.ref("aftersales_dunning.reason_product").id,
            "scope": "invoice",
        }
    )
    tonight = env["aftersales.dunning.dry.run"].create({"date": fields.Date.today()})
    action = tonight.action_show()
    lines = env[action["res_model"]].search(action["domain"])
    told = {line.move_id: (line.due_now, line.held_amount) for line in lines}
    check(told.get(invoice) == (600, 400), f"of the first it says {told}.")
    check(told.get(whole) == (0, 1000), f"of the second it says {told}.")
    story.shown = whole
    return (
        f"Tonight's run, looked at before: of {invoice.name} 600.00 are dunned and 400.00"
        f" held; {whole.name} is held as a whole, 1000.00."
    )


def dun_the_rest(story):
    """The run asks for what is not disputed."""
    line = _run(story).line_ids
    check(line.invoice_id == story.invoice, "the run does not show the invoice.")
    check(line.balance_due == 600, f"the run asks for {line.balance_due}, not 600.")
    story.shown = line
    return f"The run dunns {line.balance_due:.2f}, and leaves what is in review."


def solve_the_complaint(story):
    """The case is closed; the invoice comes back on the terms of its reason."""
    case = story.claim.with_user(story.joost)
    case.write(
        {
            "category_id": story.ref("category_product").id,
            "cause_id": story.ref("cause_material").id,
            "resolution_id": story.ref("resolution_replaced").id,
        }
    )
    case.action_done()
    check(case.state == "done", f"the case is {case.stage_id.name}.")
    story.env.invalidate_all()
    invoice = story.invoice
    story.part = part = invoice.hold_ids
    check(part.outcome == "remedied", f"the outcome is {part.outcome}.")
    check(invoice.held_amount == 400, f"{invoice.held_amount} are held, not 400.")
    check(not invoice.dunning_due_original, "the due date of the rest moved.")
    check(
        part.resume_on == fields.Date.today() + timedelta(days=14),
        f"the part is due on {part.resume_on}.",
    )
    story.shown = part
    return (
        f"Joost closes {case.number}: the disputed {part.held_amount:.2f} are due on"
        f" {part.resume_on}, the rest stays due since {invoice.invoice_date_due}."
    )


def dun_it_again(story):
    """The part gets its first reminder ten days after its date, by itself."""
    due = story.part.resume_on
    early = _run(story, due + timedelta(days=9)).line_ids
    check(not early.filtered("hold_id"), "the part is dunned too early.")
    lines = _run(story, due + timedelta(days=10)).line_ids.filtered("hold_id")
    check(lines.hold_id == story.part, "the run does not show the part.")
    check(lines.balance_due == 400, f"the run asks for {lines.balance_due}, not 400.")
    story.shown = lines
    return f"Ten days after that date the run dunns {lines.balance_due:.2f} by itself."


def dispute_work_by_order_number(story):
    """Work that nobody delivers: its order's number is the slip, its invoice finds it."""
    env = story.env
    work = env["product.product"].create(
        {"name": "Maintenance", "type": "service", "list_price": 80, "taxes_id": False}
    )
    order = env["sale.order"].create(
        {
            "partner_id": story.linde.id,
            "order_line": [
                Command.create({"product_id": work.id, "product_uom_qty": 6})
            ],
        }
    )
    order.action_confirm()
    case = (
        env["aftersales.case"]
        .with_user(story.joost)
        .create(
            {
                "name": "He was here for four hours, not for six",
                "type_id": story.ref("type_complaint").id,
                "user_id": story.joost.id,
                "slip_number": order.name,
            }
        )
    )
    check(case.partner_id == story.linde, "the order did not tell the customer.")
    check(case.line_ids.product_id == work, "the order did not tell the work.")
    case.line_ids.quantity = 2
    story.work = case.with_env(env)
    invoice = order._create_invoices()
    invoice.action_post()
    check(invoice.held_amount == 160, f"{invoice.held_amount} are held, not 160.")
    story.shown = invoice
    return (
        f"Joost enters order {order.name}: 2 of {case.line_ids.delivered:g} hours are"
        f" disputed; invoice {invoice.name} finds them, {invoice.held_amount:.2f} held."
    )


def grant_a_part(story):
    """Debtor control grants one of two hours; that stays out until it is credited."""
    hold = story.work.hold_ids
    invoice = hold.move_id
    dialog = story.env["aftersales.dunning.release"].with_context(active_ids=hold.ids)
    dialog = dialog.create({"outcome": "partly", "granted_amount": 80})
    dialog.action_release()
    granted = story.work.hold_ids - hold
    check(granted.part_state == "to_credit", "what was granted is not to be credited.")
    note = story.env["account.move"].browse(
        granted.action_draft_credit_note()["res_id"]
    )
    check(note.amount_total == 80, f"the credit note is about {note.amount_total}.")
    note.invoice_date = fields.Date.today()
    note.action_post()
    (invoice | note).line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    ).reconcile()
    check(granted.outcome == "credited", "the credit note did not end the hold.")
    check(invoice.held_amount == 80, f"{invoice.held_amount} are held, not 80.")
    story.shown = note
    return (
        f"Of 160 in dispute 80 are granted and credited by {note.name}; the other"
        f" {invoice.held_amount:.2f} are due on {hold.resume_on}."
    )


def _run(story, date=None):
    run = story.env["credit.control.run"].create(
        {
            "date": date or fields.Date.today(),
            "company_id": story.env.company.id,
            "policy_ids": [Command.set(story.policy.ids)],
        }
    )
    story.env.flush_all()
    run.generate_credit_lines()
    return run


STEPS = (
    open_the_books,
    deliver_machines,
    complain_by_slip_number,
    bill_the_delivery,
    look_at_tonights_run,
    dun_the_rest,
    solve_the_complaint,
    dun_it_again,
    dispute_work_by_order_number,
    grant_a_part,
)

"""The story goes on with a machine that has a number: its slip tells the rest.

Who types the number of the slip reads which machine it is, who supplied it, and that
the same customer had the same trouble before.
"""

from story_dunning import check

from odoo.fields import Command


def deliver_with_a_number(story):
    """A machine with a serial number comes from its maker, and goes to De Linde."""
    env = story.env
    maker = story.maker = env["res.partner"].create(
        {"name": "Officina Vaporetta S.r.l.", "is_company": True}
    )
    machine = env["product.product"].create(
        {
            "name": "Brander B2 Espresso Machine",
            "is_storable": True,
            "tracking": "serial",
        }
    )
    lot = story.lot = env["stock.lot"].create(
        {
            "name": "B2-26-0731",
            "product_id": machine.id,
            "company_id": env.company.id,
        }
    )
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    _transfer(warehouse.in_type_id, maker, lot)
    slip = story.numbered = _transfer(warehouse.out_type_id, story.linde, lot)
    story.shown = slip
    return (
        f"{machine.name} {lot.name} comes from {maker.name}, and goes to"
        f" {story.linde.name} with slip {slip.name}."
    )


def _transfer(kind, partner, lot):
    """Let one machine come or go; return the transfer."""
    move = {
        "product_id": lot.product_id.id,
        "product_uom_qty": 1,
        "move_line_ids": [
            Command.create(
                {"product_id": lot.product_id.id, "lot_id": lot.id, "quantity": 1}
            )
        ],
    }
    slip = kind.env["stock.picking"].create(
        {
            "picking_type_id": kind.id,
            "partner_id": partner.id,
            "move_ids": [Command.create(move)],
        }
    )
    slip.move_ids.picked = True
    slip._action_done()
    check(slip.state == "done", f"the transfer is {slip.state}.")
    return slip


def find_all_by_the_slip(story):
    """Its slip names the machine and its maker; the earlier repair is found beside it."""
    case = (
        story.env["aftersales.case"]
        .with_user(story.joost)
        .create(
            {
                "name": "The machine leaks again",
                "type_id": story.ref("type_service").id,
                "user_id": story.joost.id,
                "slip_number": story.numbered.name,
            }
        )
    )
    check(case.partner_id == story.linde, "the slip did not tell the customer.")
    check(case.line_ids.lot_id == story.lot, "the slip did not tell the machine.")
    check(case.supplier_id == story.maker, "the slip did not tell the supplier.")
    earlier = case.suggested_case_ids
    check(story.repair in earlier, "the earlier repair is not found.")
    story.shown = case
    return (
        f"It leaks. Joost enters {case.slip_number} on {case.number}: machine"
        f" {case.line_ids.lot_id.name}, supplier {case.supplier_id.name}; and it was"
        f" repaired before: {story.repair.number} “{story.repair.name}”."
    )


STEPS = (deliver_with_a_number, find_all_by_the_slip)

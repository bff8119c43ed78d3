"""The story goes on with a promise: it warns, waits, is missed, costs, and is explained.

What the clock says is read where people read it: the table of days and its PDF, the
service review as PDF and sheet, the what-if, and what the customer sees in the portal.
"""

import base64
import io
from datetime import timedelta

import openpyxl
from pypdf import PdfReader
from story_dunning import check

from odoo.fields import Command

from odoo.addons.aftersales_sla.const import (
    TO_NEXT_SUPERIOR,
    TO_RESPONSIBLE,
    TO_SUPERIOR,
)

# Office hours of the promise, in UTC.
DAY, HALVES = timedelta(days=1), ((8, 12), (13, 17))
# Three hours late are started when the scheduler looks.
PENALTY, STARTED = 10.0, 3


def promise_a_solution(story):
    """Janssen Horeca gets an agreement: solved within eight hours, or it costs."""
    env = story.env
    story.wim = story.lies.copy({"name": "Wim", "login": "wim", "email": False})
    hours = _open_office(story)
    _employ(story, hours)
    story.agreement = env["agreement"].create(
        {
            "name": "Service Janssen",
            "code": "SV-1",
            "partner_id": story.janssen.id,
            "start_date": story.now.date(),
            "end_date": story.now.date() + 365 * DAY,
            "sla_penalty_ids": [Command.create({"per": "hour", "amount": PENALTY})],
        }
    )
    policy = _promise(story, story.agreement, hours, 8)
    for when, people in (
        (80, [TO_RESPONSIBLE]),
        (100, [TO_SUPERIOR, TO_NEXT_SUPERIOR]),
    ):
        env["aftersales.escalation.level"].create(
            {
                "policy_id": policy.id,
                "percent": when,
                "receiver_ids": [Command.create({"kind": one}) for one in people],
            }
        )
    return f"{story.agreement.name}: {policy.target_ids.sentence}"


def _open_office(story):
    return story.env["resource.calendar"].create(
        {
            "name": "Office",
            "tz": "UTC",
            "attendance_ids": [
                Command.create(
                    {
                        "name": f"{day} {start}",
                        "dayofweek": str(day),
                        "hour_from": start,
                        "hour_to": end,
                    }
                )
                for day in range(5)
                for start, end in HALVES
            ],
        }
    )


def _employ(story, hours):
    """Make Lies the superior of Bram, and Wim hers."""
    above = story.env["hr.employee"]
    for user in (story.wim, story.lies, story.bram):
        above = above.create(
            {
                "name": user.name,
                "user_id": user.id,
                "parent_id": above.id,
                "resource_calendar_id": hours.id,
                "date_version": story.now.date() - 60 * DAY,
            }
        )


def _promise(story, agreement, hours, quantity):
    target = {"metric": "resolved", "quantity": quantity, "pause_customer": True}
    return story.env["aftersales.sla.policy"].create(
        {
            "name": f"Within {quantity} hours",
            "agreement_id": agreement.id,
            "calendar_id": hours.id,
            "target_ids": [Command.create(target)],
        }
    )


def report_on_monday(story):
    """Bram takes a call of Anna on Monday at nine; she sees until when it is solved."""
    monday = story.now + (7 - story.now.weekday()) * DAY
    story.now = monday.replace(hour=9, minute=0, second=0)
    case = story.env["aftersales.case"].with_user(story.bram)
    case = story.late = case.create(
        {
            "name": "No steam",
            "type_id": story.ref("type_complaint").id,
            "partner_id": story.janssen.id,
            "contact_id": story.anna.id,
            "category_id": story.ref("category_product").id,
            "user_id": story.bram.id,
        }
    )
    case.stage_id = story.ref("stage_progress")
    clock = _get_clock(story)
    # Seven hours are left of Monday, an hour of Tuesday is needed.
    due = story.now + DAY
    check(clock.due_at == due.replace(hour=9), f"it is due {clock.due_at}.")
    service = story.env(user=story.portal[story.anna].id)["aftersales.portal.service"]
    page = service._get_page(story.anna, service._find_case(story.anna, case.id))
    check(page["promised"], "Anna is not told until when it is solved.")
    return f"Monday: {case.number}, to be solved by {page['promised']}, says her page."


def _get_clock(story):
    story.env["aftersales.case"]._flush_clocks()
    clock = story.late.sudo().clock_ids.filtered(
        lambda one: one.policy_id.agreement_id == story.agreement
    )
    check(len(clock) == 1, f"the promise has {len(clock)} clocks.")
    return clock


def warn_who_has_it(story):
    """At eighty of a hundred the responsible is told, and nobody else."""
    _pass_to(story, hour=16, minute=30)
    told = _get_told(story)
    check(told == [story.bram], f"told is {_name(told)}.")
    return "At half past four Bram is told that an hour and a half are left."


def wait_for_the_customer(story):
    """The clock stands still while Anna looks for the serial number."""
    story.late.stage_id = story.ref("stage_wait_customer")
    clock = _get_clock(story)
    check(clock.state == "paused", f"the clock is {clock.state}.")
    left = clock.seconds_left
    _pass_to(story, days=1, hour=16, minute=30)
    story.late.stage_id = story.ref("stage_progress")
    clock = _get_clock(story)
    check(clock.state == "running", f"the clock is {clock.state}.")
    check(clock.due_at.hour == 9, f"it is due {clock.due_at}, with {left} s left.")
    return (
        f"Anna is waited for until Tuesday, half past four: {left / 3600} hours are"
        f" left, due on {clock.due_at:%A at %H:%M}."
    )


def miss_it(story):
    """Two superiors are told at the due time, once, and what it costs grows."""
    _pass_to(story, days=1, hour=9, minute=1)
    _pass_to(story, hour=11, minute=30)
    clock = _get_clock(story)
    check(clock.state == "breached", f"the clock is {clock.state}.")
    check(clock.breached_user_id == story.bram, "nobody knows who held it.")
    told = _get_told(story)
    wanted = [story.bram, story.lies, story.wim]
    check(told == wanted, f"told are {_name(told)}.")
    _pass_to(story, hour=11, minute=45)
    story.late.write(
        {
            "cause_id": story.ref("cause_material").id,
            "resolution_id": story.ref("resolution_repaired").id,
        }
    )
    story.late.action_done()
    _get_clock(story)
    due = story.late.sudo().penalty_due_ids
    cost = sum(due.mapped("amount"))
    check(cost == STARTED * PENALTY, f"it costs {cost}.")
    return (
        f"Wednesday at nine it is missed: {_name(told[1:])} are told. Solved in the"
        f" third hour: {cost:.2f}. {due[:1].reason}"
    )


def explain_it(story):
    """The PDF tells day by day what was counted, and for whom it stood still."""
    clock = _get_clock(story)
    pages = _print(story, "aftersales_sla.report_clock_why", clock)
    for day in ("Mon ", "Tue ", "Wed "):
        check(day in pages, f"{day}is not explained.")
    check(story.late.number in pages, "the paper does not say of which case.")
    return "Lies prints why: Monday, Tuesday and Wednesday, each with what it counted."


def review_it(story):
    """The service review lists what was missed; the sheet has what it cost."""
    first = story.now.date().replace(day=1)
    review = story.env["aftersales.sla.review"].with_user(story.lies)
    review = review.create(
        {
            "agreement_id": story.agreement.id,
            "date_from": first,
            "date_to": story.now.date(),
        }
    )
    paper = _print(story, review.action_print()["report_name"], review)
    check(story.late.number in paper, "the review does not name the case.")
    check("30.00" not in paper, "the customer's paper tells what it costs us.")
    review.action_export()
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(review.sheet)))
    cells = [value for row in book.worksheets[1].values for value in row]
    check(STARTED * PENALTY in cells, "the sheet does not tell what it costs.")
    return f"The review of {story.agreement.name}: {review._get_review()['summary']}"


def replay_under_better_terms(story):
    """What if sixteen hours had been promised? Nothing would have been missed."""
    better = story.env["agreement"].create(
        {"name": "Sixteen hours", "code": "SV-2", "is_template": True}
    )
    _promise(story, better, _get_clock(story).calendar_id, 16)
    asked = story.env["aftersales.sla.scenario"].with_user(story.lies)
    asked = asked.create(
        {
            "name": "Sixteen hours",
            "date_from": story.late.reported_at.date(),
            "date_to": story.now.date(),
            "partner_id": story.janssen.id,
            "agreement_id": better.id,
        }
    )
    asked.action_run()
    check(asked.missed_count == 0, f"{asked.missed_count} would have been missed.")
    check(asked.was_missed_count == 1, f"{asked.was_missed_count} were missed.")
    check(_get_clock(story).state == "breached", "the question changed the clock.")
    return asked.answer


# === What happens meanwhile === #


def _pass_to(story, days=0, **moment):
    """Let time go by, and the scheduler look."""
    story.now = (story.now + days * DAY).replace(**{"minute": 0} | moment)
    story.env.flush_all()
    story.env.cr.commit()
    story.env.ref("aftersales_sla.cron_clocks").method_direct_trigger()
    # What it did in transactions of its own is seen by the next one.
    story.env.cr.commit()
    story.env.invalidate_all()


def _get_told(story):
    """Return who was told, one after the other."""
    alerts = story.late.sudo().alert_ids.filtered(lambda one: one.state == "sent")
    return list(alerts.sorted("id").told_user_id)


def _name(users):
    return " and ".join(user.name for user in users) or "nobody"


def _print(story, name, records):
    """Return the text of a report, as the head of the team prints it."""
    story.env.flush_all()
    story.env.cr.commit()
    report = story.env["ir.actions.report"].with_user(story.lies)
    content, _kind = report._render_qweb_pdf(name, records.ids)
    return "\n".join(
        page.extract_text() for page in PdfReader(io.BytesIO(content)).pages
    )


STEPS = (
    promise_a_solution,
    report_on_monday,
    warn_who_has_it,
    wait_for_the_customer,
    miss_it,
    explain_it,
    review_it,
    replay_under_better_terms,
)

"""The story goes on with a promise: warned, waited, escalated, missed, explained.

Everybody works at his own browser. The customer has an agreement; her case is warned
of, waits for her, is told to two superiors, and is late all the same. What that costs,
why it was due then, how the month went, and how it would have gone under a better
agreement, is asked of Odoo by those who may know it.
"""

import io
from datetime import datetime

from lxml import etree, html
from openpyxl import load_workbook
from pypdf import PdfReader
from story_colleague import Colleague
from story_dunning import check

MONDAY = datetime(2026, 3, 16, 8, 0)  # UTC; nine o'clock in Amsterdam
MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
PROMISED = "//div[@name='case_promised']"


# === The agreement === #


def put_people_above_each_other(story):
    """Joost works for Jonas, and Jonas for Marieke, who manages After-sales."""
    env = story.env
    hours = env["resource.calendar"].create(
        {"name": "Service Hours", "tz": "Europe/Amsterdam"}
    )
    env.company.resource_calendar_id = hours
    env.company.partner_id.tz = hours.tz
    story.hours, superior = hours, env["hr.employee"]
    for user in (story.marieke, story.jonas, story.joost):
        user.tz = hours.tz
        superior = env["hr.employee"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "resource_calendar_id": hours.id,
                "parent_id": superior.id,
            }
        )
    story.at_work = {
        user: Colleague(story, user)
        for user in (story.marieke, story.jonas, story.joost, story.portal[story.fleur])
    }
    story.shown = superior
    return "Joost works for Jonas, Jonas for Marieke; everybody logs in."


def agree_on_promises(story):
    """Marieke sets up the agreement: two promises, one between teams, levels, money."""
    marieke, story.now = story.at_work[story.marieke], MONDAY
    validity = {"start_date": "2026-01-01", "end_date": "2026-04-30"}
    story.agreement = _make_agreement(story, "Standard Service", "SV-1", 8, validity)
    level = "aftersales.escalation.level"
    [target] = story.agreement.sla_policy_ids.target_ids.filtered(
        lambda one: one.metric == "resolved"
    )
    marieke.save(level, {"target_id": target.id, "percent": 75} | _tell("responsible"))
    late = {"when": "before", "quantity": 1, "unit": "hours", "is_raised": True}
    late |= _tell("superior", "next_superior", channel="email")
    marieke.save(level, {"target_id": target.id, "sequence": 20} | late)
    penalty = marieke.save(
        "aftersales.sla.penalty",
        {
            "agreement_id": story.agreement.id,
            "metric": "resolved",
            "per": "day",
            "basis": "fee",
            "percent": 5,
        },
    )
    policy = story.agreement.sla_policy_ids
    told = marieke.read(policy, "promises")["promises"].splitlines()
    cost = story.env["aftersales.sla.penalty"].browse(penalty)
    lines = [*told, *target.level_ids.mapped("sentence"), cost.sentence]
    story.shown = story.agreement
    return f"Marieke agrees with Koffiehuis De Linde:{_list(lines)}"


def _make_agreement(story, name, code, hours, validity):
    """Let Marieke make an agreement with Koffiehuis De Linde, solved within working hours."""
    targets = (
        {"metric": "response", "quantity": 4},
        {"metric": "resolved", "quantity": hours},
        {"metric": "team", "quantity": 24},
    )
    policy = {
        "name": name,
        "calendar_id": story.hours.id,
        "target_ids": [(0, 0, target) for target in targets],
    }
    key = story.at_work[story.marieke].save(
        "agreement",
        {
            "name": name,
            "code": code,
            "domain": "sale",
            "partner_id": story.linde.id,
            "sla_monthly_fee": 450,
            "sla_policy_ids": [(0, 0, policy)],
        }
        | validity,
    )
    return story.env["agreement"].browse(key)


def _tell(*kinds, **vals):
    return {"receiver_ids": [(0, 0, {"kind": kind} | vals) for kind in kinds]}


# === The case === #


def recognise_the_caller(story):
    """The telephone opens who calls, with what is open."""
    joost, path = story.at_work[story.joost], "/aftersales/call?phone=%2B31305550111"
    joost.open(path)
    [call] = story.env["aftersales.call"].search([("create_uid", "=", story.joost.id)])
    found = joost.read(call, "contact_id", "case_ids")
    check(found["contact_id"][0] == story.fleur.id, "nobody knows who calls.")
    check(found["case_ids"], "her open cases are not shown.")
    new = joost.call(call._name, "action_new_case", call.ids)["context"]
    check(new["default_by_phone"], "it does not say that she called.")
    story.shown = path
    return (
        f"The telephone rings, and shows Joost who calls: {found['contact_id'][1]}, with"
        f" {len(found['case_ids'])} open cases."
    )


def promise_by_phone(story):
    """Fleur phones; Joost's case knows when it is due, and the portal tells her."""
    joost = story.at_work[story.joost]
    key = joost.save(
        "aftersales.case",
        {
            "name": "The grinder is loud",
            "type_id": story.ref("type_complaint").id,
            "contact_id": story.fleur.id,
            "by_phone": True,
            "user_id": story.joost.id,
        },
    )
    case = story.promised = story.env["aftersales.case"].browse(key)
    clocks = joost.call(
        "aftersales.sla.clock",
        "search_read",
        [("case_id", "=", key)],
        ["sentence", "due_at", "party"],
        order="due_at",
    )
    dues = [(clock["party"], clock["due_at"]) for clock in clocks]
    check(
        dues[:2]
        == [("customer", "2026-03-16 13:00:00"), ("customer", "2026-03-17 08:00:00")],
        f"it is due {dues}.",
    )
    check(dues[2][0] == "team", f"between teams nothing is promised: {dues}.")
    promised = _read_promise(story)
    check(promised, "Fleur does not read what she was promised.")
    story.shown = case
    return (
        f"Fleur phones on Monday at nine: {case.number}, to be answered by 14:00 and"
        f" solved by Tuesday 9:00. In the portal she reads “{promised}”, and nothing of"
        " what teams owe each other."
    )


def _read_promise(story):
    """Return what the portal says of a promise; none of what is ours may stand there."""
    fleur = story.at_work[story.portal[story.fleur]]
    page = html.fromstring(fleur.open(f"/my/cases/{story.promised.id}"))
    # Scripts carry a random token, in which any figure may stand.
    etree.strip_elements(page, "script", "style", with_tail=False)
    said = " ".join(page.text_content().split())
    check(story.promised.number in said, "Fleur does not see her case.")
    read = [text for text in _get_ours(story) if text in said]
    check(not read, f"Fleur reads in the portal: {read}.")
    return " ".join(page.xpath(f"string({PROMISED})").split())


def _get_ours(story):
    """Return what a customer does not read, in her language: OLA, penalties, levels."""
    policies = story.agreement.sla_policy_ids.with_context(lang=story.fleur.lang)
    ours = policies.target_ids.filtered(lambda target: target.party == "team")
    penalties = story.agreement.with_context(lang=story.fleur.lang).sla_penalty_ids
    texts = [*ours.mapped("sentence"), *penalties.mapped("sentence")]
    return [*texts, *(target._get_what() for target in ours), "22,50", "22.50", "450"]


def answer_the_call(story):
    """Joost answers within an hour: the first promise is kept."""
    story.pass_time(hours=1)
    _write_to_anna(story, "We look at it today.")
    clock = _get_clock(story, "response")
    check(clock.state == "met", f"the answer in time is {clock.state}.")
    story.shown = story.promised
    return f"Joost answers at ten. First answer: {_tell_clock(story, clock)}."


def warn(story):
    """When three quarters of the time are over, Joost is told in Odoo, once."""
    story.now = datetime(2026, 3, 16, 15, 5)
    _run_the_job(story)
    _run_the_job(story)
    told = story.at_work[story.joost].call(
        "mail.message", "search_read", [("needaction", "=", True)], ["subject"]
    )
    warnings = [one["subject"] for one in told if "Solved" in (one["subject"] or "")]
    check(len(warnings) == 1, f"Joost was warned {len(warnings)} times: {warnings}.")
    story.shown = story.promised
    return f"At 16:05 Joost reads in Odoo, once: “{warnings[0]}”"


def wait_for_the_customer(story):
    """Joost has a question; the clock stands still until Fleur answers in the portal."""
    story.pass_time(minutes=25)
    _write_to_anna(story, "Which beans do you use?")
    joost, case = story.at_work[story.joost], story.promised
    waits = story.ref("stage_wait_customer")
    joost.save(case._name, {"stage_id": waits.id}, case.ids)
    clock = _get_clock(story, "resolved")
    check(clock.state == "paused", f"while we wait it is {clock.state}.")
    stood = _tell_clock(story, clock)
    # It would have been late by now.
    story.now = datetime(2026, 3, 17, 9, 0)
    _run_the_job(story)
    check(not _get_told(story, "email"), "superiors were told while we waited.")
    check(not _read_promise(story), "a date is promised while we wait.")
    fleur = story.at_work[story.portal[story.fleur]]
    fleur.submit(f"/my/cases/{case.id}", message="Dark ones, since last week.")
    check(case.state == "open", f"her answer left it in {case.stage_id.name}.")
    check(clock.due_at == datetime(2026, 3, 17, 10, 30), f"it is due {clock.due_at}.")
    check(promised := _read_promise(story), "Fleur reads no new date.")
    story.shown = case
    return (
        f"Joost asks Fleur, and it waits: {stood}. On Tuesday at ten she answers in the"
        f" portal: {_tell_clock(story, clock)}. She reads “{promised}”."
    )


def tell_two_superiors(story):
    """An hour before it is due, Jonas and Marieke get a mail, and it is more urgent."""
    priority = story.promised.priority
    story.now = datetime(2026, 3, 17, 9, 35)
    _run_the_job(story)
    _run_the_job(story)
    mails = _get_told(story, "email")
    told = sorted(address for mail in mails for address in _get_addresses(mail))
    wanted = sorted([story.jonas.email, story.marieke.email])
    check(told == wanted, f"a mail goes to {told}.")
    body = mails[0].body_html
    check(story.promised.number in body, "the mail does not name the case.")
    check(story.promised.priority > priority, "it is no more urgent than before.")
    story.shown = story.promised
    return f"At 10:35 one mail each goes to {' and '.join(told)}: “{mails[0].subject}”"


def _get_told(story, channel):
    """Return the mails of alerts about the case."""
    alerts = story.env["aftersales.sla.alert"].search(
        [("case_id", "=", story.promised.id), ("channel", "=", channel)]
    )
    return story.env["mail.mail"].search(
        [("mail_message_id", "in", alerts.message_id.ids)]
    )


def _get_addresses(mail):
    return [
        address
        for letter in mail._prepare_outgoing_list()
        for address in letter["email_to_normalized"]
    ]


def miss_it(story):
    """It is late. Jonas sees what that costs, Joost does not, and Fleur reads none of it."""
    story.now = datetime(2026, 3, 17, 10, 35)
    _run_the_job(story)
    clock, case = _get_clock(story, "resolved"), story.promised
    check(clock.state == "breached", f"what is late is {clock.state}.")
    money = story.at_work[story.jonas].read(case, "money_now")["money_now"]
    check(money == 22.5, f"it costs {money}, and not 22.50.")
    known = story.at_work[story.joost].call(case._name, "fields_get", [], ["string"])
    check("money_now" not in known, "Joost sees what it costs.")
    check(not _read_promise(story), "Fleur reads a date that is over.")
    story.shown = clock
    return (
        f"At 11:35: {_tell_clock(story, clock)}. It costs {money:.2f} so far, for leaders"
        " to see; the portal says nothing of it."
    )


def solve_it_late(story):
    """On Wednesday Joost solves it; what it costs stays."""
    story.now = datetime(2026, 3, 18, 10, 0)
    joost, case = story.at_work[story.joost], story.promised
    joost.save(
        case._name,
        {
            "category_id": story.ref("category_product").id,
            "cause_id": story.ref("cause_material").id,
            "resolution_id": story.ref("resolution_repaired").id,
        },
        case.ids,
    )
    joost.call(case._name, "action_done", case.ids)
    check(case.state == "done", f"the case is {case.stage_id.name}.")
    # A scheduled job finds nothing more to do, or to tell.
    told = _get_told(story, "email")
    _run_the_job(story)
    check(_get_told(story, "email") == told, "superiors are told of what is solved.")
    due = story.env["aftersales.sla.penalty.due"].search([("case_id", "=", case.id)])
    story.owed = due.amount
    check(due.is_over and due.state == "due", f"the penalty is {due.state}.")
    story.shown = due
    return f"On Wednesday Joost solves it. Owed: {due.amount:.2f}. {due.reason}"


# === Looking back === #


def explain_it(story):
    """Jonas opens the table that tells why it was due then, and prints it."""
    jonas, clock = story.at_work[story.jonas], _get_clock(story, "resolved")
    table = jonas.read(clock, "why_html")["why_html"]
    for said in ("Waiting for the customer", "Service Hours", "Mon 16 Mar"):
        check(said in table, f"the table does not say “{said}”.")
    check("stand otherwise" not in table, "the history tells something else.")
    paper = _read_paper(
        jonas.fetch(f"/report/pdf/aftersales_sla.report_clock_why/{clock.id}")
    )
    for said in (story.promised.number, "Mon 16 Mar", "Wed 18 Mar"):
        check(said in paper, f"the paper does not say “{said}”.")
    story.shown = clock
    return (
        "Why then? A table tells Jonas day by day, with the wait; it prints to a PDF."
    )


def review_the_month(story):
    """Jonas prints the service review for Fleur, and a sheet with all for himself."""
    jonas, case = story.at_work[story.jonas], story.promised
    model = "aftersales.sla.review"
    review = jonas.save(model, {"agreement_id": story.agreement.id} | MARCH)
    report = jonas.call(model, "action_print", [review])["report_name"]
    paper = _read_paper(jonas.fetch(f"/report/pdf/{report}/{review}"))
    check(case.number in paper, "the review does not name what was missed.")
    check("Each team" not in paper, "the review tells what teams promise each other.")
    check(f"{story.owed:.2f}" not in paper, "the review tells what it costs.")
    sheet = jonas.fetch(jonas.call(model, "action_export", [review])["url"])
    figures, missed = load_workbook(io.BytesIO(sheet)).worksheets
    cells = [cell for row in figures.iter_rows(values_only=True) for cell in row]
    check("Each team" in str(cells), "the sheet leaves out what teams promise.")
    [_heads, row, _sum] = missed.iter_rows(values_only=True)
    check(row[0] == case.number, f"the sheet names {row[0]}.")
    check(row[-1] == story.owed, f"the sheet says {row[-1]}, not {story.owed}.")
    summary = figures["A5"].value
    story.shown = story.agreement
    return (
        f"The review of March is a PDF for the customer and a sheet for us: {summary}"
    )


def ask_what_if(story):
    """Marieke drafts a better agreement; what really happened is judged by it."""
    later = {"start_date": "2026-05-01"}
    draft = _make_agreement(story, "Service with More Time", "SV-2", 24, later)
    jonas, model = story.at_work[story.jonas], "aftersales.sla.scenario"
    clock = _get_clock(story, "resolved")
    before = jonas.read(clock, "state", "due_at")
    key = jonas.save(
        model,
        {
            "name": "March with more time",
            "draft": "agreement",
            "agreement_id": draft.id,
            "partner_id": story.linde.id,
            "date_from": "2026-03-16",
            "date_to": "2026-03-31",
        },
    )
    jonas.call(model, "action_run", [key])
    asked = jonas.read(
        story.env[model].browse(key),
        "answer",
        "missed_count",
        "was_missed_count",
        "penalty",
        "was_penalty",
    )
    check(
        (asked["missed_count"], asked["was_missed_count"]) == (0, 1),
        f"the what-if answers: {asked['answer']}",
    )
    check(
        (asked["penalty"], asked["was_penalty"]) == (0, story.owed),
        f"it would have cost {asked['penalty']}, and cost {asked['was_penalty']}.",
    )
    check(
        jonas.read(clock, "state", "due_at") == before, "the what-if changed a clock."
    )
    story.shown = story.env[model].browse(key)
    return f"And with three days to solve it? {asked['answer']}"


# === Helpers === #


def _write_to_anna(story, text):
    case = story.promised
    story.at_work[story.joost].call(
        case._name,
        "message_post",
        case.ids,
        body=text,
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=story.fleur.ids,
    )


def _run_the_job(story):
    """Let the scheduler do what is due by now."""
    story.env.cr.commit()
    story.env.ref("aftersales_sla.cron_clocks").method_direct_trigger()
    # It works in a transaction of its own.
    story.env.cr.commit()
    story.env.invalidate_all()


def _get_clock(story, metric):
    """Return the clock of the case for one promise."""
    [clock] = story.promised.clock_ids.filtered(
        lambda one: one.target_id.metric == metric
    )
    return clock


def _tell_clock(story, clock):
    return story.at_work[story.joost].read(clock, "state_text")["state_text"]


def _read_paper(content):
    return " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(content)).pages
    )


def _list(lines):
    return "".join(f"\n       {line}" for line in lines)


STEPS = (
    put_people_above_each_other,
    agree_on_promises,
    recognise_the_caller,
    promise_by_phone,
    answer_the_call,
    warn,
    wait_for_the_customer,
    tell_two_superiors,
    miss_it,
    solve_it_late,
    explain_it,
    review_the_month,
    ask_what_if,
)

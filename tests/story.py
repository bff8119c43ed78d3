"""The main job, told on a fresh database: mails become cases, and one is closed.

``tell`` yields a line for every step that held, with what it shows, and stops with one
sentence at the first that does not. A step is a function that takes the ``Story``, sets
``story.shown`` to the record or the path of the page it speaks of, if there is one, and
returns its line; whoever lengthens the story adds functions to ``STEPS``.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import BaseCursor
from odoo.tools import html2plaintext

sys.path.insert(0, str(Path(__file__).resolve().parent))

import story_dunning
import story_goods
import story_kind
import story_planning
import story_portal
import story_sla
import story_web
import story_webhook
from story_dunning import check

MAILS = Path(__file__).resolve().parent.parent / "aftersales_case" / "tests" / "mails"
DOMAIN = "kaapse-brander.example"
# Who the people of the example mails are in the story: one cast with the demo data.
CAST = {
    "aftersales.example": DOMAIN,
    "Anna Janssen": "Fleur de Wit",
    "anna@janssen": "fleur@koffiehuisdelinde",
    "Janssen Horeca": "Koffiehuis De Linde",
    "janssen.example": "koffiehuisdelinde.example",
    "lukasz@kawiarnia": "p.zajac@podlipami",
    # In the letters' own encoding
    "=A3ukasz_Wi=B6niewski": "Piotr_Zaj=B1c",
    "=A3ukasz Wi=B6niewski": "Piotr Zaj=B1c",
    "kawiarnia.example": "podlipami.example",
}
LANGUAGES = ("nl_NL", "pl_PL")


class Story:
    """The database, the clock, and the people and cases that the steps speak of.

    What a step starts and puts on the ``stack`` ends with the story.
    """

    def __init__(self, env):
        # No mail leaves: what goes out stays in the queue, where the steps look at it.
        self.env = env(context=env.context | {"mail_notify_force_send": False})
        self.now = datetime(2026, 3, 10, 8, 0)  # a Tuesday, UTC
        self.shown = None

    def pass_time(self, **span):
        """Let time go by, as ``hours=2``."""
        self.now += timedelta(**span)

    def ref(self, name):
        """Return a record that the addon brings along."""
        return self.env.ref(f"aftersales_case.{name}")

    def hire(self, name, role):
        """Return a new colleague with a role of After-sales."""
        group = self.ref(f"group_aftersales_{role}")
        first, _space, last = name.lower().partition(" ")
        return self.env["res.users"].create(
            {
                "name": name,
                "login": first,
                "password": first,
                "email": f"{first}.{last.replace(' ', '')}@{DOMAIN}",
                "notification_type": "inbox",
                "group_ids": group.ids,
            }
        )

    def receive(self, name, **values):
        """Let an example mail come in; return its row of the intake."""
        source = (MAILS / name).read_bytes()
        texts = CAST | {f"{{{key}}}": value for key, value in values.items()}
        for text, instead in texts.items():
            source = source.replace(text.encode(), instead.encode())
        intake = self.env["aftersales.intake"]
        before = intake.search([])
        self.env["mail.thread"].message_process(None, source)
        self.env.flush_all()
        return intake.search([]) - before

    def get_last_sent(self, case):
        """Return the last mail in the queue for the customer of a case."""
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)],
            order="id desc",
            limit=1,
        )


def tell(env):
    """Yield one line for every step of the story, and what it shows."""
    story = Story(env)
    with (
        patch.object(fields.Datetime, "now", lambda *_args: story.now),
        # The dates of creation, too: a mail is not believed that it was sent long ago.
        patch.object(BaseCursor, "now", lambda _cursor: story.now),
        ExitStack() as story.stack,
    ):
        for step in STEPS:
            story.shown = None
            try:
                line = step(story)
            except UserError as error:
                check(False, f"{step.__doc__} {error}")
            yield line, story.shown


# === The company === #


def open_the_service_desk(story):
    """A company with a team, its manager, three people and two addresses."""
    env = story.env
    for language in LANGUAGES:
        env["res.lang"]._activate_lang(language)
    domain = env["mail.alias.domain"].create({"name": DOMAIN})
    env.company.write({"name": "Kaapse Brander B.V.", "alias_domain_id": domain.id})
    story.marieke = story.hire("Marieke van Dalen", "manager")
    story.jonas = story.hire("Jonas Becker", "leader")
    story.agnieszka = story.hire("Agnieszka Nowak", "agent")
    story.joost = story.hire("Joost Hendriks", "agent")
    story.team = story.ref("team_customer_service")
    story.team.write(
        {
            "leader_id": story.jonas.id,
            "member_ids": (story.agnieszka | story.joost).ids,
            "assignment_method": "least_loaded",
            "alias_name": "service",
        }
    )
    complaint = story.ref("type_complaint")
    complaint.alias_name = "complaints"
    check(
        complaint.alias_email == f"complaints@{DOMAIN}",
        f"the address of complaints is {complaint.alias_email or 'empty'}.",
    )
    story.shown = story.team
    return (
        f"Team {story.team.name}: Jonas leads, Agnieszka and Joost work; mail goes to"
        f" {complaint.alias_email} and {story.team.alias_email}."
    )


def know_the_customers(story):
    """A Dutch customer with a contact, and a Polish one whose address is not known."""
    partners = story.env["res.partner"]
    story.linde = partners.create(
        {"name": "Koffiehuis De Linde B.V.", "is_company": True}
    )
    story.fleur = partners.create(
        {
            "name": "Fleur de Wit",
            "parent_id": story.linde.id,
            "email": "fleur@koffiehuisdelinde.example",
            "phone": "+31305550111",
            "lang": "nl_NL",
        }
    )
    story.hotel = partners.create(
        {"name": "Hotel Pod Lipami", "is_company": True, "lang": "pl_PL"}
    )
    story.shown = story.linde
    return (
        "Customers: Koffiehuis De Linde with Fleur de Wit, who writes Dutch, and"
        " Hotel Pod Lipami, of whom no address is known yet."
    )


def give_agnieszka_work(story):
    """Agnieszka has two open cases, so that Joost is the least loaded."""
    waiting = story.env["aftersales.case"].create(
        [
            {
                "name": name,
                "type_id": story.ref("type_complaint").id,
                "user_id": story.agnieszka.id,
            }
            for name in ("Pallet damaged", "Invoice twice")
        ]
    )
    story.shown = waiting[0]
    return "Agnieszka has two open cases, Joost has none."


def start_the_day(story):
    """Agnieszka opens After-sales: what is hers, and what waits for somebody."""
    env = story.env(user=story.agnieszka.id)
    mine = env["aftersales.case"].search(
        [("user_id", "=", env.uid), ("is_open", "=", True)]
    )
    waiting = env["aftersales.intake"].search_count([("state", "=", "waiting")])
    check(len(mine) == 2, f"{len(mine)} cases are hers.")
    check(not waiting, f"{waiting} mails wait.")
    story.shown = "/odoo/after-sales"
    return (
        f"Tuesday, nine o'clock: Agnieszka opens After-sales. Hers are"
        f" {_join(f'“{name}”' for name in mine.mapped('name'))}; the inbox is empty."
    )


# === In === #


def receive_a_dutch_complaint(story):
    """A known contact writes with a photo: a case in New."""
    intake = story.receive("nl_complaint_photo.eml")
    check(intake.state == "case", f"the Dutch mail is {intake.state}, not a case.")
    case = story.case = intake.case_id
    check(case.stage_id.state == "new", f"the case is in {case.stage_id.name}.")
    check(case.reported_at <= story.now, f"it was told {case.reported_at}.")
    check(
        (case.partner_id, case.contact_id) == (story.linde, story.fleur),
        f"the customer of the case is {case.partner_id.name or 'nobody'}.",
    )
    photo = _get_message(story, intake).attachment_ids
    check(photo.mimetype == "image/jpeg", "the photo did not come with the mail.")
    story.shown = case
    return (
        f"Dutch mail from Fleur with {photo.name}: case {case.number} “{case.name}” in"
        f" {case.stage_id.name}, customer {case.partner_id.name}, told"
        f" {case.reported_at:%d %B %H:%M} UTC."
    )


def _get_message(story, intake):
    return story.env["mail.message"].search([("message_id", "=", intake.message_id)])


def announce_it(story):
    """The team is told of the new case."""
    case = story.case
    told = story.env["mail.message"].search(
        [
            ("model", "=", case._name),
            ("res_id", "=", case.id),
            ("message_type", "=", "user_notification"),
        ]
    )
    wanted = (story.jonas | story.agnieszka | story.joost).partner_id
    check(told.notified_partner_ids == wanted, "not the whole team was told of it.")
    story.shown = case
    return f"“{told.subject}” is announced to {_join(wanted.mapped('name'))}."


def confirm_receipt(story):
    """The customer is told that we have his mail."""
    mail = story.get_last_sent(story.case)
    check(
        mail.email_to == story.fleur.email,
        f"the receipt was confirmed to {mail.email_to or 'nobody'}.",
    )
    story.shown = story.case
    return f"Fleur gets “{mail.subject}”."


def receive_the_same_mail_again(story):
    """A copy makes no second case."""
    before = story.env["aftersales.case"].search_count([])
    story.receive("nl_complaint_photo.eml")
    after = story.env["aftersales.case"].search_count([])
    check(before == after, "a copy of the mail made a second case.")
    copies = story.case.intake_ids.copies
    story.shown = story.case.intake_ids
    return f"The same mail comes in again: no second case, {copies} copies counted."


def receive_a_polish_complaint(story):
    """An unknown sender writes: the mail waits in the inbox."""
    intake = story.polish = story.receive("pl_complaint_photo.eml")
    check(intake.state == "waiting", f"the Polish mail is {intake.state}.")
    reason = dict(intake._fields["reason"]._description_selection(story.env))
    story.shown = intake
    return (
        f"Polish mail “{intake.subject}” from {intake.email_normalized}: it waits in"
        f" the inbox. {reason[intake.reason]}."
    )


def sort_the_polish_complaint(story):
    """An agent knows the customer, and makes a case of the waiting mail."""
    intake = story.polish.with_user(story.agnieszka)
    intake.partner_id = story.hotel
    intake.action_make_case()
    case = intake.case_id
    check(case.partner_id == story.hotel, "the Polish case has no customer.")
    photo = _get_message(story, intake).attachment_ids
    check(photo.mimetype == "image/jpeg", "the Polish photo got lost.")
    story.shown = case
    return (
        f"Agnieszka knows the sender: case {case.number} in {case.stage_id.name}, customer"
        f" {case.partner_id.name}, with {photo.name}."
    )


# === Work === #


def take_it_on(story):
    """The leader moves the case on; the least loaded agent gets it."""
    story.pass_time(hours=1)
    case = story.case.with_user(story.jonas)
    case.category_id = story.ref("category_product")
    case.stage_id = story.ref("stage_progress")
    check(case.user_id == story.joost, f"{case.user_id.name} got it, and not Joost.")
    check(case.assigned_at, "Joost has it, but only by fallback.")
    story.shown = case
    return f"Jonas moves it to {case.stage_id.name}: Joost, the least loaded, has it."


def inform_the_customer(story):
    """The stage's template goes to the customer."""
    mail = story.get_last_sent(story.case)
    text = html2plaintext(mail.body_html)
    check("Joost" in text, "the customer was not told who takes care of the case.")
    answer_to = mail.reply_to or mail.email_from
    check("complaints@" in answer_to, f"her answer would go to {answer_to}.")
    story.shown = story.case
    return f"Fleur gets “{mail.subject}”; her answer goes to complaints@{DOMAIN}."


def ask_and_wait(story):
    """Joost asks a question and waits for the customer."""
    story.pass_time(hours=2)
    case = story.case.with_user(story.joost)
    story.question = case.message_post(
        body="What is the serial number?",
        partner_ids=story.fleur.ids,
        subtype_xmlid="mail.mt_comment",
    )
    case.stage_id = story.ref("stage_wait_customer")
    check(case.waiting_for == "customer", "nobody knows who is waited for.")
    story.shown = case
    return f"Joost asks for the serial number; the case is in {case.stage_id.name}."


def receive_an_automatic_answer(story):
    """An out-of-office answer is a note, and moves nothing."""
    intake = story.receive("out_of_office.eml", **_get_thread(story))
    note = _get_message(story, intake)
    check(intake.case_id == story.case, "the automatic answer is not on the case.")
    check(note.is_internal, "the automatic answer counts as the customer's.")
    check(story.case.state == "waiting", "the automatic answer moved the case.")
    story.shown = story.case
    return "Fleur's out-of-office answer is a note on the case, which keeps waiting."


def receive_the_answer(story):
    """The customer's answer lands on the case and takes it on."""
    story.pass_time(days=1)
    cases = story.env["aftersales.case"].search_count([])
    intake = story.receive("nl_reply.eml", **_get_thread(story))
    check(intake.case_id == story.case, "the answer did not land on the case.")
    check(
        story.env["aftersales.case"].search_count([]) == cases,
        "the answer made a case of its own.",
    )
    check(story.case.state == "open", f"the case is still {story.case.stage_id.name}.")
    check(
        story.case.user_id == story.joost,
        f"{story.case.user_id.name} has the case now, and not Joost.",
    )
    story.shown = story.case
    return (
        f"A day later Fleur answers by mail: it lands on {story.case.number}, which is"
        f" in {story.case.stage_id.name} again, with Joost."
    )


def _get_thread(story):
    return {"subject": story.case.name, "message_id": story.question.message_id}


def close_it(story):
    """Joost closes the case with cause and resolution."""
    story.pass_time(hours=3)
    case = story.case.with_user(story.joost)
    case.write(
        {
            "cause_id": story.ref("cause_material").id,
            "resolution_id": story.ref("resolution_replaced").id,
            "solution": "A new seal was fitted.",
        }
    )
    case.action_done()
    check(case.state == "done", f"the case is {case.stage_id.name}.")
    check(case.closed_at == story.now, "nobody knows when the case was handled.")
    mail = story.get_last_sent(story.case)
    told = case.resolution_id.with_context(lang=story.fleur.lang).name
    check(told in html2plaintext(mail.body_html), f"Fleur was not told: {told}.")
    story.shown = case
    return (
        f"Joost closes it: {case.cause_id.name}, {case.resolution_id.name}; lead time"
        f" {case.lead_time:.2f} days. Fleur gets “{mail.subject}”, with “{told}”."
    )


# === Looking back === #


def list_the_history(story):
    """The event log tells it all once more."""
    story.env.invalidate_all()
    events = story.case.event_ids
    kinds = events.mapped("kind")
    for kind in ("created", "assigned", "mail_in", "stage"):
        check(kind in kinds, f"the history does not know of “{kind}”.")
    check("mail_out" not in kinds, "the history says that a mail left, and none did.")
    lines = [
        f"\n       {event.at:%d %b %H:%M}  {event.actor_id.name:<20} {event.summary}"
        for event in events
    ]
    story.shown = story.case
    return f"The history of {story.case.number}, {len(events)} events:{''.join(lines)}"


def list_the_time_per_stage(story):
    """Replayed from the events: how long the case stood where."""
    seconds = story.case.duration_tracking
    stages = story.env["aftersales.case.stage"].browse(map(int, seconds))
    hours = {stage.state: seconds[str(stage.id)] / 3600 for stage in stages}
    check(
        hours.get("waiting") == 24, f"it waited {hours.get('waiting')} hours, not 24."
    )
    check(hours.get("open") == 5, f"it was worked on {hours.get('open')} hours, not 5.")
    times = _join(f"{stage.name} {hours[stage.state]:.0f} h" for stage in stages)
    story.shown = story.case
    return f"Time per stage: {times}."


def reject_the_polish_complaint(story):
    """The cups broke in use: Jonas rejects the complaint, and has to say why."""
    case = story.polish.case_id.with_user(story.jonas)
    case.category_id = story.ref("category_product")
    stage, refusal = story.ref("stage_rejected"), None
    try:
        with story.env.cr.savepoint():
            case.stage_id = stage
    except UserError as error:
        refusal = " ".join(str(error).split())
    check(refusal, "it was rejected without a reason.")
    case.invalidate_recordset()
    reasons = story.env["aftersales.resolution"].search([("outcome", "=", "rejected")])
    case.write({"rejection_reason_id": reasons[0].id, "stage_id": stage.id})
    check(case.state == "rejected", f"the case is {case.stage_id.name}.")
    mail = story.get_last_sent(story.polish.case_id)
    story.shown = case
    return (
        f"Jonas rejects {case.number}. “{refusal}” He says why: {reasons[0].name}. The"
        f" customer gets “{mail.subject}”."
    )


def _join(names):
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


STEPS: tuple[Callable[[Story], str], ...] = (
    open_the_service_desk,
    know_the_customers,
    give_agnieszka_work,
    start_the_day,
    *story_kind.MAKE,
    receive_a_dutch_complaint,
    announce_it,
    confirm_receipt,
    receive_the_same_mail_again,
    receive_a_polish_complaint,
    sort_the_polish_complaint,
    take_it_on,
    inform_the_customer,
    ask_and_wait,
    receive_an_automatic_answer,
    receive_the_answer,
    close_it,
    list_the_history,
    list_the_time_per_stage,
    reject_the_polish_complaint,
    *story_kind.USE,
    *story_dunning.STEPS,
    *story_webhook.CONNECT,
    *story_portal.STEPS,
    *story_webhook.HEAR,
    *story_web.STEPS,
    *story_goods.STEPS,
    *story_sla.STEPS,
    *story_planning.STEPS,
)

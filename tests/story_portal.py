"""The story goes on in the portal: a customer reports, follows, answers, agrees, rates.

He does it with the service that the pages call, as his own user; the link comes out of
the mail that would leave.
"""

import io
import re

from PIL import Image
from story_dunning import check
from werkzeug.datastructures import FileStorage, MultiDict

from odoo.fields import Command


def open_the_portal(story):
    """Anna and Ben of Janssen Horeca log in, and their company shares its cases."""
    env = story.env
    ben = env["res.partner"].create(
        {
            "name": "Ben Janssen",
            "parent_id": story.janssen.id,
            "email": "ben@janssen.example",
        }
    )
    story.portal = {
        partner: _open_log_in(story, partner) for partner in story.anna | ben
    }
    story.ben = ben
    env["aftersales.portal.sharing"].with_user(story.bram).create(
        {"partner_id": story.janssen.id, "mode": "all"}
    )
    ready = story.ref("link_service_pickup")
    ready.write(
        {"portal_agree": True, "agreed_stage_id": story.ref("stage_finished").id}
    )
    story.ref("team_field_service").write(
        {"leader_id": story.lies.id, "member_ids": [Command.set(story.bram.ids)]}
    )
    return (
        "Anna and Ben Janssen log in to the portal; customers accept a repair before it"
        " is finished."
    )


def _open_log_in(story, partner):
    group = story.env.ref("base.group_portal")
    return story.env["res.users"].create(
        {
            "name": partner.name,
            "login": partner.email,
            "partner_id": partner.id,
            "group_ids": [Command.set(group.ids)],
        }
    )


def report_with_a_photo(story):
    """Anna reports a machine that leaks, with a photo."""
    service, case_type = _serve(story, story.anna), story.ref("type_service")
    _case, questions = service._get_report_form(story.anna, case_type)
    said = [("shown", question["name"]) for question in questions]
    said += [("description", "The machine leaks."), ("once", service._get_once())]
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "brown").save(photo, "JPEG")
    upload = FileStorage(photo, "leak.jpg")
    case, _questions, errors, _more = service._report(
        story.anna, case_type, MultiDict(said), [upload]
    )
    check(case, f"the report was not taken: {errors}.")
    case = story.repair = case.with_env(story.env)
    check(case.partner_id == story.janssen, f"its customer is {case.partner_id.name}.")
    check(case.channel == "portal", f"it came by {case.channel}.")
    files = service._get_page(story.anna, case)["files"]
    check("leak.jpg" in str(files), "Anna does not see her photo.")
    return f"Anna reports {case.number} in the portal, with leak.jpg."


def show_a_colleague(story):
    """Ben sees what Anna reported."""
    service = _serve(story, story.ben)
    found = service._find_case(story.ben, story.repair.id)
    check(found, "Ben does not see the case.")
    return f"Ben sees {story.repair.number} of his colleague: {found.customer_status}."


def ask_by_mail(story):
    """Bram works on it, and asks what becomes of the machine."""
    case = story.repair.with_user(story.bram)
    case.checklist_ids.done = True
    case.stage_id = story.ref("stage_assigned")
    case.user_id = story.bram
    case.properties = {"warranty": "yes"}
    case.write(
        {
            "cause_id": story.ref("cause_material").id,
            "resolution_id": story.ref("resolution_repaired").id,
            "stage_id": story.ref("stage_settle").id,
        }
    )
    question = story.env.ref("aftersales_portal.question_handover")
    question.team_id = story.ref("team_field_service")
    wizard = story.env["aftersales.question.ask"].with_user(story.bram)
    wizard.create({"case_id": case.id, "question_id": question.id}).action_ask()
    mail = story.get_last_sent(story.repair)
    body = mail._prepare_outgoing_list()[0]["body"]
    story.secret = re.search(r"/aftersales/l/([\w-]+)", body)
    check(story.secret, "the mail holds no link to answer.")
    return f"Bram repairs it and asks Anna by mail: “{question.name}”"


def answer_by_one_click(story):
    """Anna answers on the page of the link, without a log-in; the team is alerted."""
    env = story.env(user=story.env.ref("base.public_user").id)
    service = env["aftersales.portal.service"]
    link = service._find_link(story.secret[1])
    _record, page = service._get_link_page(link)
    pick_up = next(value for value, label in page["buttons"] if value)
    done, _page, errors, _typed = service._use_link(
        link, MultiDict({"button": pick_up}), MultiDict()
    )
    check(done, f"the answer was not taken: {errors}.")
    story.env.invalidate_all()
    case = story.repair
    check(case.handover == "pickup", f"the handover is {case.handover or 'open'}.")
    check(case.stage_id == story.ref("stage_pickup"), f"it is in {case.stage_id.name}.")
    alert = case.activity_ids.filtered(lambda one: one.user_id == story.lies)
    check(alert, "the team was not told.")
    return (
        f"One click, no log-in: {dict(page['buttons'])[pick_up]}. {case.number} is in"
        f" {case.stage_id.name}, and {alert.user_id.name} of the team is told."
    )


def sign_the_agreement(story):
    """Anna accepts what was done; that is signed, and finishes the case."""
    service, case = _serve(story, story.anna), story.repair
    seen = service._find_case(story.anna, case.id)
    _shown, _text, digest = service._get_proposal(seen)
    typed = {
        "name": "Anna Janssen",
        "comment": "Thank you.",
        "tick": "1",
        "signature": "",
        "proposal": digest,
    }
    errors = service._agree(story.anna, seen, typed)
    check(not errors, f"the agreement was not taken: {errors}.")
    story.env.invalidate_all()
    check(case.state == "done", f"the case is {case.stage_id.name}.")
    papers = story.env["ir.attachment"].search(
        [
            ("res_model", "=", case._name),
            ("res_id", "=", case.id),
            ("mimetype", "=", "application/pdf"),
        ]
    )
    check(papers, "there is no paper of what was agreed.")
    return (
        f"Anna signs; {papers[:1].name} is on the case, which is {case.stage_id.name}."
    )


def rate_it(story):
    """Anna says how satisfied she is."""
    service, case = _serve(story, story.anna), story.repair
    seen = service._find_case(story.anna, case.id)
    best, label, _picture = service._get_rating_form(seen)[0]
    errors = service._rate(story.anna, seen, best, "Quick and friendly.")
    check(not errors, f"the rating was not taken: {errors}.")
    rating = case.given_rating_ids.filtered("consumed")
    check(rating.rating == 5, f"the rating is {rating.rating}.")
    return f"Anna rates it: {label}, “{rating.feedback}”"


def _serve(story, partner):
    """Return the service of the portal's pages as the user of a customer."""
    env = story.env(user=story.portal[partner].id)
    return env["aftersales.portal.service"]


STEPS = (
    open_the_portal,
    report_with_a_photo,
    show_a_colleague,
    ask_by_mail,
    answer_by_one_click,
    sign_the_agreement,
    rate_it,
)

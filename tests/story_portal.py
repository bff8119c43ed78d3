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
    """Fleur and Bas of Koffiehuis De Linde log in, and their company shares its cases."""
    env = story.env
    bas = env["res.partner"].create(
        {
            "name": "Bas Timmer",
            "parent_id": story.linde.id,
            "email": "bas@koffiehuisdelinde.example",
        }
    )
    story.portal = {
        partner: _open_log_in(story, partner) for partner in story.fleur | bas
    }
    story.bas = bas
    env["aftersales.portal.sharing"].with_user(story.joost).create(
        {"partner_id": story.linde.id, "mode": "all"}
    )
    ready = story.ref("link_service_pickup")
    ready.write(
        {"portal_agree": True, "agreed_stage_id": story.ref("stage_finished").id}
    )
    story.ref("team_field_service").write(
        {"leader_id": story.jonas.id, "member_ids": [Command.set(story.joost.ids)]}
    )
    story.shown = story.linde
    return (
        "Fleur de Wit and Bas Timmer log in to the portal; customers accept a repair before it"
        " is finished."
    )


def _open_log_in(story, partner):
    group = story.env.ref("base.group_portal")
    return story.env["res.users"].create(
        {
            "name": partner.name,
            "login": partner.email,
            "partner_id": partner.id,
            "tz": "Europe/Amsterdam",
            "group_ids": [Command.set(group.ids)],
        }
    )


def report_with_a_photo(story):
    """Fleur reports a machine that leaks, with a photo."""
    service, case_type = _serve(story, story.fleur), story.ref("type_service")
    _case, questions = service._get_report_form(story.fleur, case_type)
    said = [("shown", question["name"]) for question in questions]
    said += [("description", "The machine leaks."), ("once", service._get_once())]
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "brown").save(photo, "JPEG")
    upload = FileStorage(photo, "leak.jpg")
    case, _questions, errors, _more = service._report(
        story.fleur, case_type, MultiDict(said), [upload]
    )
    check(case, f"the report was not taken: {errors}.")
    case = story.repair = case.with_env(story.env)
    check(case.partner_id == story.linde, f"its customer is {case.partner_id.name}.")
    check(case.channel == "portal", f"it came by {case.channel}.")
    files = service._get_page(story.fleur, case)["files"]
    check("leak.jpg" in str(files), "Fleur does not see her photo.")
    story.shown = case
    return f"Fleur reports {case.number} in the portal, with leak.jpg."


def show_a_colleague(story):
    """Bas sees what Fleur reported."""
    service = _serve(story, story.bas)
    found = service._find_case(story.bas, story.repair.id)
    check(found, "Bas does not see the case.")
    story.shown = story.repair
    return f"Bas sees {story.repair.number} of his colleague: {found.customer_status}."


def answer_with_a_prepared_text(story):
    """Joost takes an answer that is prepared for repairs; it is in her language."""
    case = story.repair.with_user(story.joost)
    prepared = story.ref("template_reply_serial")
    offered = [one["id"] for one in case.get_reply_templates()]
    check(prepared.id in offered, "it is not offered on a repair.")
    composer = story.env(user=story.joost.id)["mail.compose.message"].with_context(
        default_model=case._name,
        default_res_ids=case.ids,
        default_composition_mode="comment",
        default_template_id=prepared.id,
        default_subtype_xmlid="mail.mt_comment",
    )
    composer.create({})._action_send_mail()
    mail = story.get_last_sent(story.repair)
    check("serienummer" in mail.body_html, "it is not in her language.")
    story.shown = case
    return f"Joost takes “{prepared.name}”, two clicks: Fleur gets “{mail.subject}”."


def ask_by_mail(story):
    """Joost works on it, and asks what becomes of the machine."""
    case = story.repair.with_user(story.joost)
    case.checklist_ids.done = True
    case.stage_id = story.ref("stage_assigned")
    case.user_id = story.joost
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
    wizard = story.env["aftersales.question.ask"].with_user(story.joost)
    wizard.create({"case_id": case.id, "question_id": question.id}).action_ask()
    mail = story.get_last_sent(story.repair)
    body = mail._prepare_outgoing_list()[0]["body"]
    story.secret = re.search(r"/aftersales/l/([\w-]+)", body)
    check(story.secret, "the mail holds no link to answer.")
    story.shown = case
    return f"Joost repairs it and asks Fleur by mail: “{question.name}”"


def answer_by_one_click(story):
    """Fleur answers on the page of the link, without a log-in; the team is alerted."""
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
    alert = case.activity_ids.filtered(lambda one: one.user_id == story.jonas)
    check(alert, "the team was not told.")
    story.shown = case
    return (
        f"One click, no log-in: {dict(page['buttons'])[pick_up]}. {case.number} is in"
        f" {case.stage_id.name}, and {alert.user_id.name} of the team is told."
    )


def sign_the_agreement(story):
    """Fleur accepts what was done; that is signed, and finishes the case."""
    service, case = _serve(story, story.fleur), story.repair
    seen = service._find_case(story.fleur, case.id)
    _shown, _text, digest = service._get_proposal(seen)
    typed = {
        "name": "Fleur de Wit",
        "comment": "Thank you.",
        "tick": "1",
        "signature": "",
        "proposal": digest,
    }
    errors = service._agree(story.fleur, seen, typed)
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
    story.shown = case
    return (
        f"Fleur signs; {papers[:1].name} is on the case, which is {case.stage_id.name}."
    )


def rate_it(story):
    """Fleur says how satisfied she is."""
    service, case = _serve(story, story.fleur), story.repair
    seen = service._find_case(story.fleur, case.id)
    best, label, _picture = service._get_rating_form(seen)[0]
    errors = service._rate(story.fleur, seen, best, "Quick and friendly.")
    check(not errors, f"the rating was not taken: {errors}.")
    rating = case.given_rating_ids.filtered("consumed")
    check(rating.rating == 5, f"the rating is {rating.rating}.")
    story.shown = rating
    return f"Fleur rates it: {label}, “{rating.feedback}”"


def refuse_the_solution(story):
    """What was closed last week is not solved: Fleur refuses it, and it goes on."""
    service, case = _serve(story, story.fleur), story.case
    seen = service._find_case(story.fleur, case.id)
    decision = service._get_decision(story.fleur, seen)
    check(decision == {"state": "open"}, f"she is not asked: {decision}.")
    reason = str(story.env.ref("aftersales_portal.refusal_back").id)
    moved, errors = service._refuse(
        story.fleur, seen, reason, "It drips again.", service._get_once()
    )
    check(moved, f"her answer was not taken: {errors}.")
    story.env.invalidate_all()
    check(case.state == "open", f"the case is {case.stage_id.name}.")
    why = story.env.ref("aftersales_portal.refusal_back").name
    story.shown = case
    return (
        f"What {case.number} ended with Fleur does not accept: {why}. It is in"
        f" {case.stage_id.name} again, with {case.user_id.name}."
    )


def _serve(story, partner):
    """Return the service of the portal's pages as the user of a customer."""
    env = story.env(user=story.portal[partner].id)
    return env["aftersales.portal.service"]


STEPS = (
    open_the_portal,
    report_with_a_photo,
    show_a_colleague,
    answer_with_a_prepared_text,
    ask_by_mail,
    answer_by_one_click,
    sign_the_agreement,
    rate_it,
    refuse_the_solution,
)

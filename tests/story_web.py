"""The story goes on on a website: a form on a page of WordPress, a photo, a claim.

The page, the browser and the server are real. Who types the address of a customer is
not believed: a colleague takes the report for his, by one click.
"""

import re

from story_dunning import check
from story_visitor import Visitor

from odoo.fields import Command

from odoo.addons.aftersales_portal.tests.sites import serve_site
from odoo.addons.aftersales_portal.tests.test_wordpress import LOSE
from odoo.addons.aftersales_portal.tests.wordpress import BLOCK, make_photo, wordpress


def put_the_form_on_a_page(story):
    """The administrator of a website copies our tag into a page."""
    server = story.env["ir.config_parameter"].get_param("report.url")
    tag = f'<script src="{server}/aftersales/embed.js" data-channel="website"></script>'
    try:
        site = story.stack.enter_context(wordpress.running())
        origin = site.url
        story.page = site.publish("admin", "Complaint", BLOCK.format(tag))
        where = "a WordPress"
    except wordpress.Unavailable as problem:
        site = story.stack.enter_context(serve_site())
        origin = site.origin
        story.page = site.show("/complaint", tag)
        where = f"a plain website ({problem})"
    story.channel = story.env["aftersales.channel"].create(
        {
            "name": "Website",
            "key": "website",
            "type_ids": [Command.set(story.ref("type_complaint").ids)],
            "origins": origin,
        }
    )
    story.shown = story.channel
    return f"Our form stands on a page of {where}, on another server."


def report_on_the_website(story):
    """Fleur sends a photo; no answer comes, and she sends it again."""
    with Visitor().browsing(LOSE) as visitor:
        visitor.visit(story.page)
        visitor.fill_in(description="The lid is broken.", email=story.fleur.email)
        with visitor.choosing("lid.jpg", make_photo()):
            # Faster, one is a robot.
            story.pass_time(minutes=2)
            visitor.send()
            visitor.wait_for(".errors li")
            visitor.send()
            said = visitor.wait_for(".number")
    story.told_number = re.search(r"[A-Z]+/\d+/\d+", said)
    check(story.told_number, f"the page names no number: {said}")
    story.shown = story.channel
    return f"Fleur fills it in, with lid.jpg, and sends it twice: “{said}”"


def find_one_claim(story):
    """It is one case, with the photo; of whom it is, is not believed yet."""
    env = story.env
    row = env["aftersales.intake"].search([("channel_id", "=", story.channel.id)])
    check(len(row) == 1, f"{len(row)} reports have arrived.")
    case = story.claimed = row.case_id
    check(case.number == story.told_number[0], f"the case is {case.number}.")
    check("lid.jpg" in str(case.message_ids.attachment_ids.mapped("name")), "no photo.")
    check(not case.partner_id, f"its customer is {case.partner_id.name}.")
    check(
        case.claimed_partner_id == story.fleur,
        f"it may be {case.claimed_partner_id.name or 'nobody'}.",
    )
    check(not _sees(story, case), "Fleur sees a case that may not be hers.")
    story.shown = case
    return (
        f"It is one case, {case.number}, with lid.jpg; it may be of"
        f" {case.claimed_partner_id.name}, who does not see it yet."
    )


def follow_by_link(story):
    """The confirmation brings a link that needs no log-in, and tells nothing of Fleur's."""
    case = story.claimed
    mail = story.get_last_sent(case)
    (letter,) = mail._prepare_outgoing_list()
    check(letter["email_to_normalized"] == [story.fleur.email], "it goes elsewhere.")
    found = re.search(r"/aftersales/l/([\w-]+)", letter["body"])
    check(found, "the mail holds no link.")
    story.follows = found[1]
    shown = _follow(story)
    check("The lid is broken." in shown, f"her words are not shown: {shown}")
    check(story.linde.name not in shown, f"it tells of the customer: {shown}")
    story.shown = case
    return f"She gets “{mail.subject}”; its link shows her words and number, no log-in."


def confirm_by_one_click(story):
    """Joost takes the report for Fleur's; then she sees it in the portal."""
    case = story.claimed
    case.with_user(story.joost).action_confirm_claim()
    check(case.partner_id == story.linde, f"its customer is {case.partner_id.name}.")
    check(case.contact_id == story.fleur, f"its contact is {case.contact_id.name}.")
    check(_sees(story, case), "Fleur does not see her case.")
    story.shown = case
    return (
        f"Joost confirms it by one click: {case.number} is of"
        f" {case.partner_id.name}, and {case.contact_id.name} sees it."
    )


def _follow(story):
    """Return what the link shows to whoever has it."""
    env = story.env(user=story.env.ref("base.public_user").id)
    service = env["aftersales.portal.service"]
    found = service._get_link_page(service._find_link(story.follows))
    check(found, "the link opens nothing.")
    return str(found[1])


def _sees(story, case):
    env = story.env(user=story.portal[story.fleur].id)
    return bool(env["aftersales.portal.service"]._find_case(story.fleur, case.id))


STEPS = (
    put_the_form_on_a_page,
    report_on_the_website,
    find_one_claim,
    follow_by_link,
    confirm_by_one_click,
)

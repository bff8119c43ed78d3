"""The web shop of the story hears of the cases whose customers follow them."""

import json
import sys
from pathlib import Path

# The addons are not loaded yet, and of their tests nothing else is wanted.
sys.path.append(str(Path(__file__).parents[1] / "aftersales_portal" / "tests"))

from receiver import listening
from story_dunning import check


def connect_the_shop(story):
    """A webhook for the shop: new cases, their status, and that they are closed."""
    story.webhook = story.env["aftersales.webhook"].create(
        {"name": "Web shop", "url": "https://shop.example/cases", "lang": "en_US"}
    )
    story.webhook.action_make_secret()
    story.shown = story.webhook
    return "The web shop is connected: it hears of cases by a signed webhook."


def hear_in_the_shop(story):
    """The shop hears what became of the repair, in its order and the customer's words."""
    deliveries = story.env["aftersales.webhook.delivery"]
    with listening() as shop:
        story.webhook.write({"url": shop.url, "allows_private": True})
        while delivery := deliveries._take_next():
            delivery._send()
    check(shop.requests, "the shop heard nothing.")
    signed = all("v1=" in one.headers["aftersales-signature"] for one in shop.requests)
    check(signed, "a message was not signed.")
    heard = [json.loads(request.body) for request in shop.requests]
    repair = [one for one in heard if one["case"]["number"] == story.repair.number]
    events = [one["event"] for one in repair]
    check(events[:1] == ["created"], f"the shop heard {events}.")
    check(events[-1:] == ["closed"], f"the shop heard {events}.")
    path = " → ".join(one["case"]["status"] for one in repair)
    story.shown = story.webhook
    return f"The shop has heard of {story.repair.number}: {path}."


CONNECT, HEAR = (connect_the_shop,), (hear_in_the_shop,)

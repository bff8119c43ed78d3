"""The story goes on to the customer's door: asked for, planned, moved, done.

Bram asks for a visit, Lies plans it where it fits best and tells Anna a window. It is
moved, with a reason, and Bram is there. Anna reads it all on the page of her case.
"""

from datetime import datetime, timedelta

from lxml import html
from story_dunning import check

VISITS = "//section[@name='case_visits']"
VISIT = "aftersales.visit"


def ask_for_a_visit(story):
    """Anna's grinder is broken; Bram asks for somebody to go there."""
    story.now = datetime(2026, 3, 19, 8, 0)  # Thursday, nine o'clock in Amsterdam
    env, lies = story.env, story.at_work[story.lies]
    story.janssen.write({"street": "Kade 1", "city": "Amsterdam", "zip": "1011 AA"})
    env["hr.employee"].search(
        [("user_id", "=", story.bram.id)]
    ).resource_id.does_visits = True
    lies.save(
        "aftersales.site",
        {"partner_id": story.janssen.id, "access_note": "Ring at the back door"},
    )
    bram = story.at_work[story.bram]
    case = bram.save(
        "aftersales.case",
        {
            "name": "The grinder is broken",
            "type_id": story.ref("type_complaint").id,
            "contact_id": story.anna.id,
            "user_id": story.bram.id,
        },
    )
    wizard = "aftersales.visit.ask"
    asked = bram.save(wizard, {"case_ids": [(6, 0, [case])], "duration": 2})
    bram.call(wizard, "action_ask", [asked])
    story.visited = env["aftersales.case"].browse(case)
    visit = story.visit = story.visited.visit_ids
    check(visit.state == "to_plan", f"the visit is {visit.state}.")
    check(visit.site_id.partner_id == story.janssen, "nobody knows where to go.")
    return (
        f"The grinder is broken: {story.visited.number}. Bram asks for a visit of two"
        f" hours at {visit.site_id.partner_id.name}."
    )


def plan_where_it_fits_best(story):
    """Lies takes the first of the best places; it stands in Bram's calendar."""
    lies, visit = story.at_work[story.lies], story.visit
    slots = lies.call(VISIT, "get_best_slots", visit.ids)
    best = slots[0]
    check(best["start"], f"nobody can go: {best['reason']}")
    _move(story, best["start"], best["stop"])
    check(visit.state == "planned", f"the visit is {visit.state}.")
    event = visit.event_ids
    check(event.start == visit.start, "Bram's calendar does not know of it.")
    check(event.partner_ids == story.bram.partner_id, "others are invited to it.")
    return (
        f"Lies looks where it fits best, and plans it: {best['resource']},"
        f" {_tell(story)}. It stands in his calendar."
    )


def promise_a_window(story):
    """Lies tells Anna between which hours somebody comes."""
    told = _promise(story)
    check("Bram" in told, f"Anna does not read who comes: {told}")
    return f"Lies promises a window. Anna reads “{told}”"


def move_it(story):
    """The next day at two: outside of what was promised, so Lies has to say why."""
    lies, visit = story.at_work[story.lies], story.visit
    start = datetime(2026, 3, 20, 13, 0)
    stop = start + timedelta(hours=2)
    answer = _move(story, start, stop, check_it=False)
    check(not answer["done"], "it was moved out of its window without a word.")
    warning = answer["ask"][0]["texts"][0]
    answer = _move(story, start, stop, reason="Anna asked for it")
    check(visit.event_ids.start == start, "Bram's calendar has the former time.")
    story.undo = answer["before"]
    told = _promise(story, reason="Anna asked for it")
    check(
        lies.read(visit, "state")["state"] == "planned", "it is not planned any more."
    )
    return f"It has to move. “{warning}” Lies says why, and Anna reads “{told}”"


def be_there(story):
    """Bram sets out, is there, and done: what was promised is kept."""
    bram, visit, case = story.at_work[story.bram], story.visit, story.visited
    story.now = visit.start - timedelta(minutes=20)
    bram.call(VISIT, "action_set_out", visit.ids)
    story.now = visit.start
    bram.call(VISIT, "action_arrive", visit.ids)
    story.now = visit.stop
    bram.call(VISIT, "action_done", visit.ids)
    check(visit.state == "done", f"the visit is {visit.state}.")
    clock = case.clock_ids.filtered(lambda one: one.metric == "promise").sorted("id")[
        -1:
    ]
    check(clock.state == "met", f"what was promised is {clock.state or 'unknown'}.")
    kinds = case.event_ids.sorted("id").mapped("kind")
    told = [kind for kind in kinds if kind.startswith("visit_")]
    wanted = [
        "to_plan",
        "planned",
        "overruled",
        "moved",
        "under_way",
        "on_site",
        "done",
    ]
    check(
        sorted(told) == sorted(f"visit_{one}" for one in wanted),
        f"the history tells {told}.",
    )
    return f"Bram is there, and done: what was promised is kept. Anna reads “{_read(story)}”"


def _move(story, start, stop, reason=None, check_it=True):
    lies, visit = story.at_work[story.lies], story.visit
    resource = story.env["resource.resource"].search([("user_id", "=", story.bram.id)])
    move = {
        "id": visit.id,
        "revision": visit.revision,
        "start": str(start),
        "stop": str(stop),
        "resource_ids": resource.ids,
    }
    answer = lies.call(VISIT, "plan_move", [move], reason=reason)
    check(answer["done"] or not check_it, f"it is not planned: {answer['ask']}")
    return answer


def _promise(story, **vals):
    lies, model = story.at_work[story.lies], "aftersales.visit.promise"
    start = story.visit.start
    window = {
        "window_from": str(start - timedelta(hours=1)),
        "window_to": str(start + timedelta(hours=1)),
    }
    key = lies.save(model, {"visit_id": story.visit.id} | window | vals)
    lies.call(model, "action_promise", [key])
    return _read(story)


def _read(story):
    """Return what Anna reads of visits on the page of her case."""
    anna = story.at_work[story.portal[story.anna]]
    page = html.fromstring(anna.open(f"/my/cases/{story.visited.id}"))
    return " ".join(page.xpath(f"string({VISITS})").split())


def _tell(story):
    zone = story.visit._get_zone()
    local = story.env["ir.qweb.field.datetime"].with_context(tz=zone)
    return local.value_to_html(story.visit.start, {"format": "EEEE d MMMM, HH:mm"})


STEPS = (
    ask_for_a_visit,
    plan_where_it_fits_best,
    promise_a_window,
    move_it,
    be_there,
)

"""The story goes on to the customer's door: asked for, planned, moved, done.

Joost asks for a visit, Jonas plans it where it fits best and tells Fleur a window. It is
moved, with a reason, and Joost is there. Fleur reads it all on the page of her case.
"""

from datetime import datetime, timedelta

from lxml import html
from story_dunning import check

VISITS = "//section[@name='case_visits']"
VISIT = "aftersales.visit"


def ask_for_a_visit(story):
    """Fleur's grinder is broken; Joost asks for somebody to go there."""
    story.now = datetime(2026, 3, 19, 8, 0)  # Thursday, nine o'clock in Amsterdam
    env, jonas = story.env, story.at_work[story.jonas]
    story.linde.write({"street": "Lindegracht 8", "city": "Utrecht", "zip": "3511 KM"})
    env["hr.employee"].search(
        [("user_id", "=", story.joost.id)]
    ).resource_id.does_visits = True
    jonas.save(
        "aftersales.site",
        {"partner_id": story.linde.id, "access_note": "Ring at the back door"},
    )
    joost = story.at_work[story.joost]
    case = joost.save(
        "aftersales.case",
        {
            "name": "The grinder is broken",
            "type_id": story.ref("type_complaint").id,
            "contact_id": story.fleur.id,
            "user_id": story.joost.id,
        },
    )
    wizard = "aftersales.visit.ask"
    asked = joost.save(wizard, {"case_ids": [(6, 0, [case])], "duration": 2})
    joost.call(wizard, "action_ask", [asked])
    story.visited = env["aftersales.case"].browse(case)
    visit = story.visit = story.visited.visit_ids
    check(visit.state == "to_plan", f"the visit is {visit.state}.")
    check(visit.site_id.partner_id == story.linde, "nobody knows where to go.")
    story.shown = visit
    return (
        f"The grinder of {visit.site_id.partner_id.name} is broken:"
        f" {story.visited.number}. Joost asks for a visit of two hours."
    )


def plan_where_it_fits_best(story):
    """Jonas takes the first of the best places; it stands in Joost's calendar."""
    jonas, visit = story.at_work[story.jonas], story.visit
    slots = jonas.call(VISIT, "get_best_slots", visit.ids)
    best = slots[0]
    check(best["start"], f"nobody can go: {best['reason']}")
    _move(story, best["start"], best["stop"])
    check(visit.state == "planned", f"the visit is {visit.state}.")
    event = visit.event_ids
    check(event.start == visit.start, "Joost's calendar does not know of it.")
    check(event.partner_ids == story.joost.partner_id, "others are invited to it.")
    story.shown = visit
    return (
        f"Jonas looks where it fits best, and plans it: {best['resource']},"
        f" {_tell(story)}. It stands in his calendar."
    )


def promise_a_window(story):
    """Jonas tells Fleur between which hours somebody comes."""
    told = _promise(story)
    check("Joost" in told, f"Fleur does not read who comes: {told}")
    story.shown = story.visit
    return f"Jonas promises a window. Fleur reads “{told}”"


def move_it(story):
    """The next day at two: outside of what was promised, so Jonas has to say why."""
    jonas, visit = story.at_work[story.jonas], story.visit
    start = datetime(2026, 3, 20, 13, 0)
    stop = start + timedelta(hours=2)
    answer = _move(story, start, stop, check_it=False)
    check(not answer["done"], "it was moved out of its window without a word.")
    warning = answer["ask"][0]["texts"][0]
    answer = _move(story, start, stop, reason="Fleur asked for it")
    check(visit.event_ids.start == start, "Joost's calendar has the former time.")
    story.undo = answer["before"]
    told = _promise(story, reason="Fleur asked for it")
    check(
        jonas.read(visit, "state")["state"] == "planned", "it is not planned any more."
    )
    story.shown = visit
    return f"It has to move. “{warning}” Jonas says why, and Fleur reads “{told}”"


def take_in_the_workshop(story):
    """Fleur brings another grinder; Jonas plans a job in the workshop for the same day."""
    env, joost = story.env, story.at_work[story.joost]
    story.now = datetime(2026, 3, 19, 14, 0)  # Thursday, three o'clock
    case = joost.save(
        "aftersales.case",
        {
            "name": "The grinder stands still",
            "type_id": story.ref("type_service").id,
            "contact_id": story.fleur.id,
            "user_id": story.joost.id,
        },
    )
    asked = joost.save(
        "aftersales.visit.ask",
        {"case_ids": [(6, 0, [case])], "place": "workshop", "duration": 2},
    )
    joost.call("aftersales.visit.ask", "action_ask", [asked])
    job = env["aftersales.case"].browse(case).visit_ids
    start = datetime(2026, 3, 20, 8, 0)
    _move(story, start, start + timedelta(hours=2), visit=job)
    check(job.state == "planned", f"the job is {job.state}.")
    check(not job.site_id, "it is not in the workshop.")
    story.shown = job
    return f"Fleur brings another grinder: Jonas plans {job.name}, in the workshop."


def list_the_day(story):
    """Jonas prints what Joost does on Friday: the job, and the visit."""
    resource = story.env["resource.resource"].search([("user_id", "=", story.joost.id)])
    days = story.env(user=story.jonas.id)["aftersales.day.list"]
    day = days.create({"day": "2026-03-20", "resource_ids": [(6, 0, resource.ids)]})
    day.action_print()
    [sheet] = day._get_sheets()
    places = [row["place"] for row in sheet["rows"]]
    check(
        places == ["In the workshop", "At the customer's"], f"the plan says {places}."
    )
    rows = [
        f"\n       {' – '.join(row['times'])}  {row['place']}: {row['title']}"
        for row in sheet["rows"]
    ]
    story.shown = "/odoo/planning-board"
    return f"Jonas prints the plan of {sheet['day']} for Joost:{''.join(rows)}"


def be_there(story):
    """Joost sets out, is there, and done: what was promised is kept."""
    joost, visit, case = story.at_work[story.joost], story.visit, story.visited
    story.now = visit.start - timedelta(minutes=20)
    joost.call(VISIT, "action_set_out", visit.ids)
    story.now = visit.start
    joost.call(VISIT, "action_arrive", visit.ids)
    story.now = visit.stop
    joost.call(VISIT, "action_done", visit.ids)
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
    story.shown = case
    return f"Joost is there, and done: what was promised is kept. Fleur reads “{_read(story)}”"


def _move(story, start, stop, reason=None, check_it=True, visit=None):
    jonas, visit = story.at_work[story.jonas], visit or story.visit
    resource = story.env["resource.resource"].search([("user_id", "=", story.joost.id)])
    move = {
        "id": visit.id,
        "revision": visit.revision,
        "start": str(start),
        "stop": str(stop),
        "resource_ids": resource.ids,
    }
    answer = jonas.call(VISIT, "plan_move", [move], reason=reason)
    check(answer["done"] or not check_it, f"it is not planned: {answer['ask']}")
    return answer


def _promise(story, **vals):
    jonas, model = story.at_work[story.jonas], "aftersales.visit.promise"
    start = story.visit.start
    window = {
        "window_from": str(start - timedelta(hours=1)),
        "window_to": str(start + timedelta(hours=1)),
    }
    key = jonas.save(model, {"visit_id": story.visit.id} | window | vals)
    jonas.call(model, "action_promise", [key])
    return _read(story)


def _read(story):
    """Return what Fleur reads of visits on the page of her case."""
    fleur = story.at_work[story.portal[story.fleur]]
    page = html.fromstring(fleur.open(f"/my/cases/{story.visited.id}"))
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
    take_in_the_workshop,
    list_the_day,
    be_there,
)

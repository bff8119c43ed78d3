"""What `setup/bench planning --browser` tells: the board beside vis on a bare page.

Both draw the same visits and backgrounds, in turns, in one browser: the board in its
shadow root inside Odoo's page, with signs and words on each visit, and all that is around
it; and vis-timeline on a page that has nothing but its style sheet, with a name on each.
What the server takes is left out: that is measured by itself.
"""

import json
import logging
import time
import unittest
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

from odoo.tests.common import ChromeBrowser

from odoo.addons.aftersales_planning.models.visit.aftersales_visit_book import Booking

VISITS, ROWS = 500, 30
DAYS = 5
HOURS = (8, 9.5, 11, 13.5)  # o'clock, of an hour each
TURNS, MOVES = 3, 5
SECONDS = 120
LOGIN = "bench_board"
LIBRARY = "/web_timeline/static/lib/vis-timeline/vis-timeline-graph2d"

# When vis has drawn all that it wanted to.
SETTLE = """
const settle = (timeline, root) => new Promise((resolve) => {
    let last = 0;
    const onChanged = () => {
        last = performance.now();
    };
    const look = () => {
        if (last && performance.now() - last > 200) {
            timeline.off("changed", onChanged);
            resolve();
        } else {
            setTimeout(look, 20);
        }
    };
    timeline.on("changed", onChanged);
    look();
});
"""
# Whatever is asked of the server is there; nothing is drawn yet.
OPEN = """
const get = (name) => odoo.loader.modules.get(`@aftersales_planning/board/${name}.esm`);
const {BoardCanvas} = get("canvas/board_canvas");
const {BoardModel} = get("board_model");
const {start} = BoardCanvas.prototype;
BoardCanvas.prototype.start = async function (...args) {
    await start.apply(this, args);
    window.canvas = this;
    window.settled(settle(this.timeline, this.root));
};
const {load} = BoardModel.prototype;
await new Promise((resolve) => {
    BoardModel.prototype.load = async function (...args) {
        await load.apply(this, args);
        window.model = this;
        await new Promise((go) => {
            window.go = go;
            resolve();
        });
    };
    const {action} = odoo.__WOWL_DEBUG__.root.env.services;
    action.doAction("aftersales_planning.aftersales_board_action");
});
await new Promise((resolve) => setTimeout(resolve, 1000));
"""
DRAW = """
await new Promise((resolve) => {
    window.settled = resolve;
    window.go();
});
"""
TELL = """
const strip = ({id, group, type, className, start, end, visit}) => ({
    id, group, type, className, start: Number(start), end: Number(end),
    content: visit ? visit.name : "",
});
const range = canvas.timeline.getWindow();
return {
    height: canvas.root.clientHeight,
    width: canvas.root.clientWidth,
    visit: canvas.root.querySelector(".vis-item.visit").clientHeight,
    hours: canvas.hours,
    items: canvas.items.get().map(strip),
    rows: canvas.rows.get().map(({id, name, order}) => ({id, order, content: name})),
    range: [Number(range.start), Number(range.end)],
    shown: canvas.root.querySelectorAll(".vis-item").length,
};
"""
# A visit that is on the screen, a quarter later and back.
MOVE = """
const box = [...canvas.root.querySelectorAll(".vis-item.visit")][10];
const [key, item] = Object.entries(canvas.timeline.itemSet.items).find(
    ([, one]) => one.dom && one.dom.box === box
);
for (let turn = 0; turn < %(moves)s; turn++) {
    const board = structuredClone(model.board);
    const visit = board.visits.find(({id}) => id === item.data.visit.id);
    const later = (text) => {
        const moment = luxon.DateTime.fromSQL(text, {zone: "utc"});
        return moment.plus({minutes: turn %% 2 ? -15 : 15}).toFormat("yyyy-MM-dd HH:mm:ss");
    };
    visit.start = later(visit.start);
    visit.stop = later(visit.stop);
    const settled = settle(canvas.timeline, canvas.root);
    model.board = board;
    model.notify();
    await settled;
}
return key;
"""
BARE = """
document.open();
document.write(`<!DOCTYPE html><html><head><link rel="stylesheet" href="%(library)s.css">
    </head><body><div id="root"></div></body></html>`);
document.close();
await new Promise((resolve) => {
    document.querySelector("link").onload = resolve;
});
await new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = "%(library)s.js";
    script.onload = resolve;
    document.head.append(script);
});
"""
BARE_DRAW = """
const {items, rows, range, height, width, visit, hours} = %(drawn)s;
const root = document.getElementById("root");
// As many rows fit on the screen.
root.style.width = `${width}px`;
const style = document.createElement("style");
style.textContent = `.vis-item.visit {height: ${visit}px;}`;
document.head.append(style);
for (const item of items) {
    item.start = new Date(item.start);
    item.end = new Date(item.end);
}
window.items = new vis.DataSet();
const groups = new vis.DataSet();
window.timeline = new vis.Timeline(root, window.items, groups, {
    editable: {updateTime: true, updateGroup: true},
    groupOrder: "order",
    height,
    hiddenDates: hours && {
        start: new Date(Date.UTC(2020, 0, 6, hours[1])),
        end: new Date(Date.UTC(2020, 0, 7, hours[0])),
        repeat: "daily",
    },
    margin: {axis: 3, item: {horizontal: 0, vertical: 2}},
    moment: (moment) => vis.moment(moment).utc(),
    multiselect: true,
    orientation: {axis: "top", item: "top"},
    stack: true,
    verticalScroll: true,
});
timeline.initialFitDone = true;
timeline.setWindow(new Date(range[0]), new Date(range[1]), {animation: false});
const settled = settle(timeline, root);
groups.update(rows);
window.items.update(items);
await settled;
return root.querySelectorAll(".vis-item").length;
"""
BARE_MOVE = """
const root = document.getElementById("root");
for (let turn = 0; turn < %(moves)s; turn++) {
    const item = window.items.get(%(key)s);
    const later = (moment) => new Date(moment.getTime() + (turn %% 2 ? -1 : 1) * 900000);
    const settled = settle(timeline, root);
    window.items.update({...item, start: later(item.start), end: later(item.end)});
    await settled;
}
"""


def tell(env):
    """Yield a line for each figure."""
    _make_visits(env)
    env.cr.commit()
    url = env["ir.config_parameter"].get_param("report.url")
    found = {"board": [], "bare": [], "moves": [], "bare moves": []}
    with Planner(url).sitting_down(env.cr.dbname) as planner:
        for _turn in range(TURNS):
            planner.open("/odoo/action-aftersales_planning.aftersales_todo_action")
            planner.run(OPEN)
            found["board"].append(planner.measure(DRAW)[0])
            drawn = planner.run(TELL)
            cpu, moved = planner.measure(MOVE, moves=MOVES)
            found["moves"].append(cpu / MOVES)
            planner.open(f"{LIBRARY}.css")
            planner.run(BARE, library=LIBRARY)
            cpu, shown = planner.measure(BARE_DRAW, drawn=json.dumps(drawn))
            found["bare"].append(cpu)
            cpu, _moved = planner.measure(BARE_MOVE, moves=MOVES, key=json.dumps(moved))
            found["bare moves"].append(cpu / MOVES)
    visits = sum(one["id"].startswith("visit:") for one in drawn["items"])
    yield (
        f"{visits} visits in {len(drawn['rows'])} rows,"
        f" {len(drawn['items']) - visits} backgrounds; on the screen {drawn['shown']} of"
        f" them, {shown} on the bare page"
    )
    for what, ours, others in (
        ("first drawing", "board", "bare"),
        ("one move", "moves", "bare moves"),
    ):
        ours, others = median(found[ours]), median(found[others])
        yield (
            f"{what} of the board: {ours:.0f} ms of CPU, of vis on a bare page"
            f" {others:.0f} ms; ratio {ours / others:.2f} (median of {TURNS})"
        )


def _make_visits(env):
    """Book visits of this week, each row as many, by who can log in as a planner."""
    from odoo.fields import Command

    group = env.ref("aftersales_case.group_aftersales_manager")
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": "Planner",
            "login": LOGIN,
            "password": LOGIN,
            "tz": "UTC",
            "group_ids": [Command.set(group.ids)],
        }
    )
    env["resource.resource"].search([("does_visits", "=", True)]).does_visits = False
    env.company.resource_calendar_id.tz = "UTC"
    crew = env["resource.resource"].create(
        [
            {
                "name": f"Technician {number:02}",
                "resource_type": "material",
                "calendar_id": env.company.resource_calendar_id.id,
                "tz": "UTC",
                "does_visits": True,
            }
            for number in range(ROWS)
        ]
    )
    case = env["aftersales.case"].create(
        {"name": "Bench", "type_id": env.ref("aftersales_case.type_complaint").id}
    )
    visits = env["aftersales.visit"].create(
        [{"case_id": case.id, "place": "desk", "duration": 1}] * VISITS
    )
    today = datetime.now(UTC).replace(tzinfo=None, hour=0, minute=0, second=0)
    monday = today.replace(microsecond=0) - timedelta(days=today.weekday())
    bookings = []
    for number, visit in enumerate(visits):
        place, row = divmod(number, ROWS)
        start = monday + timedelta(days=place % DAYS, hours=HOURS[place // DAYS])
        bookings.append(Booking(visit, start, start + timedelta(hours=1), crew[row]))
    visits._book(bookings)


class Planner(unittest.TestCase):
    """Sits at a browser."""

    browser_size = "1400x850"
    touch_enabled = False
    _logger = logging.getLogger(__name__)

    def __init__(self, url):
        super().__init__()
        self.url = url

    @contextmanager
    def sitting_down(self, database):
        """Open a browser and log in."""
        self.browser = ChromeBrowser(self)
        try:
            # The processor's time: that of the clock is others' as well.
            self.browser._websocket_request(
                "Performance.enable", params={"timeDomain": "threadTicks"}
            )
            self.open("/web/login")
            login = {"db": database, "login": LOGIN, "password": LOGIN}
            self.run(
                """
                const answer = await fetch("/web/session/authenticate", {
                    method: "POST",
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({jsonrpc: "2.0", method: "call", params: %(login)s}),
                });
                return (await answer.json()).result.uid;
                """,
                login=json.dumps(login),
            )
            yield self
        finally:
            self.browser.stop()

    def fetch_proxy(self, _url):
        """Nothing but the own server can be reached."""
        return {"body": "", "responseCode": 404, "responseHeaders": []}

    def open(self, path):
        """Open a page, and wait until it asks for nothing more."""
        self.browser._websocket_request(
            "Page.navigate", params={"url": self.url + path}, timeout=SECONDS
        )
        deadline = time.monotonic() + SECONDS
        ready = (
            "document.readyState === 'complete' && (!document.querySelector('.o_web_client')"
            " || Boolean(document.querySelector('.o_list_view')))"
        )
        while not self._evaluate(ready):
            assert time.monotonic() < deadline, f"{path} does not load"
            time.sleep(0.1)

    def run(self, code, **values):
        """Run a script in the page and return what it returns."""
        script = code % values if values else code
        return self._evaluate(f"(async () => {{{SETTLE}{script}}})()")

    def measure(self, code, **values):
        """Run a script; return the milliseconds of CPU of the page, and what it returns."""
        before = self._get_cpu()
        result = self.run(code, **values)
        return 1000 * (self._get_cpu() - before), result

    def _get_cpu(self):
        found = self.browser._websocket_request("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in found if one["name"] == "TaskDuration")

    def _evaluate(self, code):
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": code, "awaitPromise": True, "returnByValue": True},
            timeout=SECONDS,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

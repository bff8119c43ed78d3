"""What `setup/bench cases` runs in an Odoo shell: people at work, beside Odoo's tasks.

`measure(env, size)` makes so many cases and as many tasks by SQL, lets somebody of the
service do the same with both, in turns, and prints one line for each thing done: how many
times as long a case takes as a task (median of the turns), and the queries of both.
`added(env)` does the things done most, and prints them for the next database to compare.
"""

import gc
import time
from statistics import median

from bench_times import analyze, measure_work

TURNS = 15
BATCH = 1000
BATCHES = 5
MAILS = 100
COLUMN = 40
LIST = 80
# So far the client lets count.
MOST_COUNTED = 10_001
# One in ten is open; each type and project has its share of both.
ORIGINS = 20
OPEN = 2
CUSTOMERS = 1000
MOVED = (1, 20, 80)


def measure(env, size):
    """Print a line for each figure, among ``size`` cases and as many tasks."""
    ours, theirs = _prepare(env)
    started = time.perf_counter()
    for desk in (ours, theirs):
        desk.copy(size)
    analyze(env)
    _say(f"{size} cases and tasks made in {time.perf_counter() - started:.0f} s")
    for what in ("open", "create", "board", "bar", "list", "move", "graph", "pivot"):
        _compare(env, what, ours, theirs)
    for what in ("name_search", "search_box", "text", "panel"):
        _compare(env, what, ours, theirs)
    _measure_mails(env, ours, theirs)
    _measure_batches(env, ours, theirs)
    _measure_moves(env, ours)


def added(env):
    """Print milliseconds and queries of what is done most, for one database."""
    ours, _theirs = _prepare(env)
    ours.copy(1000)
    analyze(env)
    for what in ("open", "create", "board", "move"):
        found = [_time(env, ours, what, turn) for turn in range(TURNS)]
        print("ADDED", what, median(ms for ms, _count in found), found[-1][1])


# === Desks === #


class Desk:
    """What one of two teams works with: cases or tasks."""

    model = ""
    lane = ""

    def __init__(self, env, parent, link, stages, customer):
        self.env = env
        self.records = env[self.model]
        self.link = {link: parent.id}
        self.domain = [(link, "=", parent.id)]
        self.stages = stages
        self.customer = customer
        self.views = {}
        self.form = self._get_form()

    def _get_form(self):
        from odoo.tests import Form

        return Form(self.records.with_context(self._defaults()))._view["fields_spec"]

    def _defaults(self):
        return {f"default_{name}": value for name, value in self.link.items()}

    def get_spec(self, kind):
        """Return which fields a view reads, and how."""
        if kind not in self.views:
            found = self.records.get_views([(False, kind)])
            names = found["models"][self.model]["fields"]
            self.views[kind] = {
                name: {"fields": {"display_name": {}}} if one.get("relation") else {}
                for name, one in names.items()
                if one["type"] not in ("one2many", "properties_definition")
            }
        return self.views[kind]

    # What is done; each may be undone by a rollback.

    def open(self, turn):
        """Open the form of one."""
        self.pick(turn).web_read(self.form)

    def create(self, turn):
        """Make one as the form does, and read it again."""
        made = self.records.with_context(self._defaults()).web_save(
            {
                **self._get_new(),
                "name": f"Bench {turn}",
                "partner_id": self.customer.id,
                "description": "<p>It hums, and nothing more.</p>",
            },
            self.form,
        )
        assert len(made) == 1, made

    def board(self, turn):
        """Open the board, forty cards a column."""
        del turn
        self.records.web_read_group(
            [*self.domain, *self.shown],
            [self.lane],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=self.get_spec("kanban"),
            unfold_read_default_limit=COLUMN,
        )

    def bar(self, turn):
        """Read the bars above the columns."""
        del turn
        colors = {"planned": "success", "today": "warning", "overdue": "danger"}
        self.records.read_progress_bar(
            [*self.domain, *self.shown],
            self.lane,
            {"field": "activity_state", "colors": colors},
        )

    def list(self, turn):
        """Open the list."""
        del turn
        self.records.web_search_read(
            self.domain, self.get_spec("list"), limit=LIST, count_limit=MOST_COUNTED
        )

    def move(self, turn):
        """Drag one to another column, and back."""
        picked = self.pick(turn)
        for stage in self.stages[1], self.stages[0]:
            picked.web_save({"stage_id": stage.id}, {"stage_id": {}})

    def graph(self, turn):
        """Open the graph: how many a column."""
        del turn
        self.records.formatted_read_group(self.domain, [self.lane], ["__count"])

    def pivot(self, turn):
        """Open the pivot: who has how many in which month."""
        del turn
        self.records.formatted_read_group(
            self.domain, [self.person, "create_date:month"], ["__count"]
        )

    def name_search(self, turn):
        """Type into a field that links to one."""
        self.records.name_search(f"{ORIGINS * turn + 7}7", limit=8)

    def search_box(self, turn):
        """Look for a title in the search box."""
        self.find(self.boxed, f"{ORIGINS * turn + 7}7")

    def text(self, turn):
        """Look for words that nobody or somebody wrote."""
        self.find(["description"], f"flutter{turn}")

    def panel(self, turn):
        """Count for the panel beside the list."""
        del turn
        self.records.search_panel_select_multi_range(
            self.lane, enable_counters=True, search_domain=self.domain
        )

    def find(self, names, words):
        """List what has the words in one of the fields."""
        domain = ["|"] * (len(names) - 1) + [(name, "ilike", words) for name in names]
        self.records.web_search_read(domain, self.get_spec("list"), limit=LIST)

    def pick(self, turn):
        """Return the one it is about in this turn."""
        if not hasattr(self, "picked"):
            self.picked = self.records.search(
                [*self.domain, ("stage_id", "=", self.stages[0].id)], limit=100
            )
        return self.picked[turn % len(self.picked)]

    def copy(self, size):
        """Copy the first ones by SQL until there are so many."""
        from odoo.addons.aftersales_case.tests.copies import copy_rows

        env = self.records.env
        env.flush_all()
        table = self.records._table
        origins = self.origins.ids
        env.cr.execute(f"SELECT max(id) FROM {table}")
        last = env.cr.fetchone()[0]
        first = min(origins)
        step = len(origins)
        count = max(1, size // step - 1)
        copy_rows(
            env,
            table,
            {
                **self.changed,
                "id": f"{last} + (n - 1) * {step} + o.id - {first} + 1",
                "name": f"'Bench trouble ' || ((n - 1) * {step} + o.id - {first})",
                "create_date": "o.create_date - n * interval '1 minute'",
                "partner_id": f"{self.customer.id} + 1 + n % {CUSTOMERS}",
            },
            f"generate_series(1, {count}) AS n",
            f"o.id = ANY(ARRAY{origins})",
        )
        for name, link in self.followed.items():
            copy_rows(
                env,
                name,
                {
                    "id": f"nextval('{name}_id_seq')",
                    link: f"{last} + (n - 1) * {step} + o.{link} - {first} + 1",
                },
                f"generate_series(1, {count}) AS n",
                f"o.{link} = ANY(ARRAY{origins})",
            )
        env.cr.execute(
            f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"
        )
        env.invalidate_all()


class Cases(Desk):
    model = "aftersales.case"
    lane = "stage_id"
    person = "user_id"
    boxed = ("number", "name")
    shown = (("is_open", "=", True),)
    changed = {
        "number": "o.number || '-' || n",
        "email": f"'bench' || 1 + n % {CUSTOMERS} || '@customer.example'",
    }
    followed = {"aftersales_case_event": "case_id"}

    def _get_new(self):
        return {"urgency": "2", "impact": "2"}


class Tasks(Desk):
    model = "project.task"
    lane = "stage_id"
    person = "user_ids"
    boxed = ("name",)
    shown = (("state", "in", ["01_in_progress"]),)
    changed = {}
    followed = {}

    def _get_new(self):
        # As the rules do with a case whose team is one person.
        return {"user_ids": [(6, 0, [self.env.uid])]}


def _prepare(env):
    """Return the two desks, with somebody of the service at them."""
    groups = env.ref("aftersales_case.group_aftersales_agent") | env.ref(
        "project.group_project_user"
    )
    worker = env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench",
            "email": "bench@company.example",
            "group_ids": [(6, 0, groups.ids)],
        }
    )
    # One after the other: the copies go by number.
    customer, *_others = env["res.partner"].create(
        [
            {"name": f"Bench {number}", "email": f"bench{number}@customer.example"}
            for number in range(CUSTOMERS + 1)
        ]
    )
    team = env["aftersales.team"].create(
        {
            "name": "Bench",
            "company_id": False,
            "leader_id": worker.id,
            "member_ids": [(6, 0, worker.ids)],
        }
    )
    case_type = env.ref("aftersales_case.type_complaint").copy(
        {"code": "BENCH", "activity_plan_id": False, "team_id": team.id}
    )
    # Nor does a task plan activities or write to its customer.
    case_type.link_ids.mail_template_id = False
    project = env["project.project"].create({"name": "Bench"})
    stages = env["project.task.type"].create(
        [
            {"name": name, "sequence": number, "project_ids": [(4, project.id)]}
            for number, name in enumerate(
                ("New", "At Work", "Waiting", "Asked", "Checked", "Done")
            )
        ]
    )
    ours = Cases(
        env(user=worker),
        case_type,
        "type_id",
        case_type.link_ids.sorted("sequence").stage_id,
        customer,
    )
    theirs = Tasks(env(user=worker), project, "project_id", stages, customer)
    for desk in (ours, theirs):
        desk.origins = desk.records.sudo().create(
            [
                {
                    **desk.link,
                    "name": f"Bench trouble {number}",
                    "partner_id": customer.id,
                    "description": "<p>It hums, and nothing more.</p>",
                    desk.person: worker.id if desk is ours else worker.ids,
                }
                for number in range(ORIGINS)
            ]
        )
    solved = ours.stages.filtered(lambda stage: stage.state == "done")[:1]
    closed = ours.origins[OPEN:]
    values = {"stage_id": solved.id}
    for name in ("cause_id", "resolution_id"):
        field = closed._fields[name]
        chosen = env[field.comodel_name].search([("type_ids", "=", False)], limit=1)
        chosen = chosen or env[field.comodel_name].create({"name": "Bench"})
        values[name] = chosen.id
    closed.sudo().write(values)
    theirs.origins[OPEN:].write({"stage_id": stages[-1].id, "state": "1_done"})
    env.cr.commit()
    return ours, theirs


# === Turns === #


def _compare(env, what, ours, theirs):
    """Do the same with both, in turns; print ratio and queries."""
    found = {ours: [], theirs: []}
    for turn in range(TURNS):
        for desk in (ours, theirs) if turn % 2 else (theirs, ours):
            found[desk].append(_time(env, desk, what, turn))
    # The first turn fills caches of the process.
    pairs = list(zip(found[ours], found[theirs], strict=True))[1:]
    ratio = median(own[0] / other[0] for own, other in pairs)
    own, other = (median(ms for ms, _count in found[desk][1:]) for desk in found)
    queries = [median(count for _ms, count in found[desk][1:]) for desk in found]
    summary = " ".join(getattr(ours, what).__doc__.split())
    _say(
        f"{summary} {ratio:.2f} times ({own:.1f} ms, {other:.1f}), queries"
        f" {queries[0]:.0f} : {queries[1]:.0f}"
    )


def _time(env, desk, what, turn):
    """Return milliseconds and queries of doing it once; it is undone."""
    env.invalidate_all()
    desk.pick(turn)
    env.invalidate_all()
    gc.collect()
    before, started = env.cr.sql_log_count, time.perf_counter()
    getattr(desk, what)(turn)
    env.flush_all()
    spent = time.perf_counter() - started
    count = env.cr.sql_log_count - before
    env.cr.rollback()
    return 1000 * spent, count


def _measure_mails(env, ours, theirs):
    """Let mails in, in turns."""
    domain = env.company.alias_domain_id or env["mail.alias.domain"].create(
        {"name": "bench.example"}
    )
    env.company.alias_domain_id = domain
    addresses = {}
    for desk, owner, name in (
        (ours, ours.origins.type_id, "bench-case"),
        (theirs, theirs.origins.project_id, "bench-task"),
    ):
        owner.sudo().write({"alias_name": name, "alias_contact": "everyone"})
        addresses[desk] = f"{name}@{domain.name}"
    env.cr.commit()
    spent = {desk: [] for desk in addresses}
    counts = {desk: [] for desk in addresses}
    for number in range(MAILS):
        for desk, address in addresses.items():
            mail = (
                f"From: Somebody <bench{number}@somewhere.example>\nTo: {address}\n"
                f"Subject: It hums {number}\nMessage-Id: <{number}.{address}>\n"
                "Content-Type: text/plain; charset=utf-8\n\n"
                f"It hums, and nothing more.\nSlip {number}.\n"
            )
            env.invalidate_all()

            def let_in(mail=mail):
                env["mail.thread"].sudo().message_process(False, mail)

            found = measure_work(env, let_in)
            spent[desk].append(found["cpu"])
            counts[desk].append(found["queries"])
    ratio = sum(spent[ours]) / sum(spent[theirs])
    _say(
        f"{MAILS} mails become cases: {ratio:.2f} times the CPU of tasks"
        f" ({1000 * sum(spent[ours]) / MAILS:.1f} ms, "
        f"{1000 * sum(spent[theirs]) / MAILS:.1f}), queries"
        f" {median(counts[ours]):.0f} : {median(counts[theirs]):.0f}"
    )


def _measure_batches(env, ours, theirs):
    """Make a thousand at once, in turns."""
    ratios, counts = [], {}
    for batch in range(BATCHES):
        spent = {}
        for desk in (ours, theirs) if batch % 2 else (theirs, ours):
            vals_list = [
                {
                    **desk.link,
                    "name": f"Bench {number}",
                    "partner_id": desk.customer.id,
                }
                for number in range(BATCH)
            ]
            env.invalidate_all()
            before, started = env.cr.sql_log_count, time.perf_counter()
            desk.records.create(vals_list)
            env.flush_all()
            spent[desk] = time.perf_counter() - started
            counts[desk] = env.cr.sql_log_count - before
            env.cr.rollback()
        ratios.append(spent[ours] / spent[theirs])
    _say(
        f"{BATCH} at once: {median(ratios):.2f} times (of {BATCHES}), queries each"
        f" {counts[ours] / BATCH:.1f} : {counts[theirs] / BATCH:.1f}"
    )


def _measure_moves(env, ours):
    """Move many at once, with customers who follow and without."""
    told = []
    for followed in (False, True):
        for count in MOVED:
            cases = ours.records.search(
                [*ours.domain, ("stage_id", "=", ours.stages[0].id)], limit=count
            )
            if followed:
                cases.message_subscribe(ours.customer.ids)
                env.flush_all()
            env.invalidate_all()
            before = env.cr.sql_log_count
            cases.write({"stage_id": ours.stages[1].id})
            env.flush_all()
            told.append(env.cr.sql_log_count - before)
            env.cr.rollback()
    half = len(MOVED)
    _say(f"moving {MOVED} cases: queries {told[:half]}, followed {told[half:]}")


def _say(line):
    print("CASES", line)

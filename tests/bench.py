"""What `setup/bench` measures, told as a story: one figure per line."""

import time
from statistics import median

BATCHES = 10
BATCH = 1000
CARDS = (1, 80)


def tell(env):
    """Yield one line per measurement."""
    yield from _creation(env)
    yield from _board(env)


def _creation(env):
    """Create cases and Odoo's tasks in turns, so that both meet the same machine."""
    shipped = env.ref("aftersales_case.type_complaint")
    bare = shipped.copy({"code": "BENCH", "activity_plan_id": False})
    customer = env["res.partner"].create(
        {"name": "Bench", "email": "bench@customer.example"}
    )
    project = env["project.project"].create({"name": "Bench"})
    kinds = {
        "tasks": ("project.task", {"project_id": project.id}),
        "cases": ("aftersales.case", {"type_id": bare.id}),
        "cases with their activity plan": ("aftersales.case", {"type_id": shipped.id}),
    }
    seconds = {kind: [] for kind in kinds}
    for batch in range(BATCHES):
        for kind, (model, vals) in kinds.items():
            vals_list = [
                {"name": f"Bench {batch} {number}", "partner_id": customer.id} | vals
                for number in range(BATCH)
            ]
            env.invalidate_all()
            started = time.perf_counter()
            env[model].create(vals_list)
            env.cr.commit()
            seconds[kind].append(time.perf_counter() - started)
    for kind, times in seconds.items():
        ratios = [own / task for own, task in zip(times, seconds["tasks"], strict=True)]
        yield (
            f"{BATCHES * BATCH} {kind}, {BATCH} at a time: {sum(times):.1f} s,"
            f" {median(ratios):.2f} times the tasks (median of {BATCHES})"
        )


def _board(env):
    """Read the cards of a board with every field they show."""
    Case = env["aftersales.case"]
    fields = Case.get_views([(False, "kanban")])["models"]["aftersales.case"]["fields"]
    spec = {name: {} for name in fields}
    cases = Case.search([], limit=max(CARDS))
    for count in CARDS:
        times, queries = [], 0
        for _turn in range(BATCHES):
            env.invalidate_all()
            before, started = env.cr.sql_log_count, time.perf_counter()
            Case.web_search_read([("id", "in", cases[:count].ids)], spec)
            times.append(time.perf_counter() - started)
            queries = env.cr.sql_log_count - before
        yield f"board, {count} cards: {queries} queries, {1000 * median(times):.0f} ms"

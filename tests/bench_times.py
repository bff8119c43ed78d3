"""What the scripts of `setup/bench` share: the CPU of some work, and a ready database."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def measure_work(env, work):
    """Return what some work takes: CPU and wall seconds, and queries."""
    env.cr.execute("SELECT pg_backend_pid()")
    backend = env.cr.fetchone()[0]
    queries, wall = env.cr.sql_log_count, time.perf_counter()
    python, server = time.process_time(), _get_cpu(backend)
    work()
    env.cr.commit()
    python, server = time.process_time() - python, _get_cpu(backend) - server
    return {
        "cpu": python + server,
        "python": python,
        "server": server,
        "wall": time.perf_counter() - wall,
        "queries": env.cr.sql_log_count - queries,
    }


def analyze(env):
    """Let PostgreSQL know how much there is."""
    env.cr.commit()
    connection = env.cr._cnx
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.autocommit = False


def _get_cpu(process):
    """Return the CPU seconds of a process of this machine, 0 for one of another."""
    path = Path(f"/proc/{process}/stat")
    if not path.exists():
        return 0
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS

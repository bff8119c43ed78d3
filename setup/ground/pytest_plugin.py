"""What the tests need of pytest: choice by feature, no silent skips, a clean log."""

import logging
import os
import re
import shutil
import signal
import subprocess
import warnings
from pathlib import Path
from unittest.mock import patch

import pytest
from freezegun import freeze_time

from ground import REPO
from ground.odoolog import MARKS, bad_entries

# Why a test is skipped when a tool is not there; nobody would notice.
TOOL_IS_MISSING = re.compile(
    r"(?i)aiosmtpd|axe-core|chrome|chromium|dovecot|hypothesis|websocket-client|wkhtmltopdf"
)

DAY_OF_THEIR_TESTS = "2025-12-01"


def pytest_addoption(parser):
    """Add our options to pytest's."""
    group = parser.getgroup("aftersales")
    group.addoption(
        "--feature", action="append", default=[], help="run the tests with this id"
    )
    group.addoption("--checked-log", help="fail if this log of Odoo has warnings")


def pytest_configure():
    """Let Odoo's classes named Test... be imported into tests without a warning."""
    warnings.filterwarnings("ignore", category=pytest.PytestCollectionWarning)


def pytest_collection_modifyitems(config, items):
    """Deselect the tests that carry none of the ids asked for."""
    if not (wanted := set(config.getoption("--feature"))):
        return
    chosen = [item for item in items if wanted & _features(item)]
    config.hook.pytest_deselected(items=[i for i in items if i not in chosen])
    items[:] = chosen


def _features(item):
    """Return the ids of a test: of Odoo's methods or of pytest's marker."""
    marked = {feature for mark in item.iter_markers("feature") for feature in mark.args}
    return marked | set(getattr(getattr(item, "obj", None), "_features", ()))


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry):
    """Give each worker's copy of the database its own files.

    pytest-odoo lets all workers share the files of the first database. Odoo collects
    garbage after every class of tests, and a file that another worker has not committed
    yet looks like garbage; a file that the other one is just writing, like a collision.
    """
    from odoo.tests.common import get_db_name
    from odoo.tools import config

    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    shared = Path(config.filestore(get_db_name()))
    own = shared.with_name(get_db_name())
    shutil.rmtree(own, ignore_errors=True)
    if shared.exists():
        # Links are safe, see `database.clone`.
        subprocess.run(["cp", "-al", shared, own], check=True)
    with patch.object(config, "filestore", lambda _name: str(own)):
        yield
    shutil.rmtree(own, ignore_errors=True)


@pytest.fixture(scope="class", autouse=True)
def day_of_their_tests(request):
    """Let the tests of others run on a day on which they were green.

    Those of account_credit_control run their policies on 2025-11-13 about an invoice of
    "a year ago": since that day is over they find nothing, with our addons or without.
    """
    if REPO in request.node.path.parents:
        yield
        return
    with freeze_time(DAY_OF_THEIR_TESTS, tick=True):
        yield


def pytest_runtest_setup(item):
    """Mark in Odoo's log where a test begins."""
    logging.getLogger(MARKS).info(item.nodeid)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Turn a skip for want of a tool into a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and TOOL_IS_MISSING.search(str(report.longrepr)):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} needs a tool: {report.longrepr}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Let workers tidy up; after them, count the log's warnings as one error more."""
    if hasattr(session.config, "workerinput"):
        # execnet interrupts who takes more than five seconds (gateway_base.py,
        # `_terminate_execution`), which a busy machine does: Odoo's log tells of that.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return
    _count_log(session)


def _count_log(session):
    log = session.config.getoption("--checked-log")
    if not log:
        return
    entries = bad_entries(Path(log).read_text()) if Path(log).exists() else []
    if not entries:
        return
    report = pytest.TestReport(
        nodeid="Odoo's log",
        location=(log, None, "Odoo's log"),
        keywords={},
        outcome="failed",
        longrepr="warnings or errors in Odoo's log:\n" + "\n".join(entries),
        when="teardown",
    )
    session.config.pluginmanager.get_plugin("terminalreporter").stats.setdefault(
        "error", []
    ).append(report)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED

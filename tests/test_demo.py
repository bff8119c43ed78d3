"""The demo data that `setup/run` shows."""

import pytest
from ground import addons, database

LOGINS = {"service", "technician", "accountant", "customer"}


@pytest.fixture(scope="module")
def demo(space):
    """Return the name of a database with our demo data; making it logs no warning."""
    template = database.template(space)
    with database.temporary(space, template, "demo_test") as name:
        database.install_with_demo(space, name, list(addons.own()))
        yield name


def test_logins_that_run_prints(space, demo):
    """Everyone whom `setup/run` names can log in."""
    found = space.sql("SELECT login FROM res_users WHERE active", demo)
    assert set(found.splitlines()) >= LOGINS


def test_other_modules_have_no_demo_data(space, demo):
    """The story is our own: nobody else's customers and products are in it."""
    found = space.sql("SELECT name FROM ir_module_module WHERE demo", demo)
    assert set(found.splitlines()) == set(addons.own())

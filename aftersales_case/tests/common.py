from contextlib import contextmanager

from odoo.tests import TransactionCase, new_test_user, tagged

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


def feature(*ids):
    """Mark a test with the rows of the feature list that it shows, as ``"I2-55"``."""

    def mark(method):
        method._features = frozenset(ids) | getattr(method, "_features", frozenset())
        return method

    return mark


class FeatureTags:
    """Hand the ids of ``feature`` to Odoo as tags: ``--test-tags I2_55``."""

    def get_method_additional_tags(self, test_method):
        tags = super().get_method_additional_tags(test_method)
        ids = getattr(test_method, "_features", ())
        return [*tags, *(name.replace("-", "_") for name in ids)]


def setup_aftersales(cls):
    """Give a test class its own company, team, people, customer and types.

    One function for ``TransactionCase`` and ``HttpCase`` alike.
    """
    cls.env = cls.env(
        context=dict(cls.env.context, tracking_disable=False, no_reset_password=True)
    )
    env = cls.env
    cls.company = env["res.company"].create({"name": "Kaapse Brander"})
    cls.alias_domain = env["mail.alias.domain"].create({"name": "aftersales.example"})
    cls.company.alias_domain_id = cls.alias_domain
    cls.company.email = "info@aftersales.example"

    def user(login, name, *groups, **kwargs):
        return new_test_user(
            env,
            login,
            groups=",".join(groups),
            name=name,
            email=f"{login}@aftersales.example",
            notification_type="inbox",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            **kwargs,
        )

    role = "aftersales_case.group_aftersales_%s"
    cls.reporter = user("as_reporter", "Rik Reporter", "base.group_user")
    cls.agent = user("as_agent", "Aagje Agent", role % "agent")
    cls.agent2 = user("as_agent2", "Bram Agent", role % "agent")
    cls.leader = user("as_leader", "Lies Leader", role % "leader")
    cls.manager = user("as_manager", "Mees Manager", role % "manager")
    cls.accountant = user(
        "as_accountant", "Ada Account", "account.group_account_invoice"
    )
    env = cls.env = env(user=env.ref("base.user_root"))
    cls.env.user.company_ids |= cls.company
    cls.env = cls.env(
        context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
    )
    env = cls.env
    cls.team = env["aftersales.team"].create(
        {
            "name": "Test Team",
            "company_id": cls.company.id,
            "leader_id": cls.leader.id,
            "member_ids": [(6, 0, (cls.agent | cls.agent2).ids)],
            "assignment_method": "least_loaded",
        }
    )
    cls.type_complaint = cls._copy_type("aftersales_case.type_complaint", "TCMP")
    cls.type_service = cls._copy_type("aftersales_case.type_service", "TSRV")
    cls.customer = env["res.partner"].create(
        {
            "name": "Janssen Horeca",
            "is_company": True,
            "email": "info@janssen.example",
            "phone": "+31 20 794 0000",
            "country_id": env.ref("base.nl").id,
        }
    )
    cls.contact = env["res.partner"].create(
        {
            "name": "Anna Janssen",
            "parent_id": cls.customer.id,
            "email": "anna@janssen.example",
            "phone": "020 794 0001",
            "country_id": env.ref("base.nl").id,
        }
    )
    for name in (
        "new",
        "assigned",
        "progress",
        "wait_customer",
        "wait_supplier",
        "solved",
        "finished",
        "rejected",
        "cancelled",
    ):
        setattr(cls, f"stage_{name}", env.ref(f"aftersales_case.stage_{name}"))


class AftersalesSetup(FeatureTags):
    """What ``TransactionCase`` and ``HttpCase`` tests of after-sales share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        setup_aftersales(cls)

    @classmethod
    def _copy_type(cls, xmlid, code):
        """A type of our own, so that the user's changes to a shipped one do no harm.

        It asks for cause, resolution and the reason of a rejection, and leaves out what
        else the shipped types ask, hide, name and plan: see ``test_shipped_types``.
        """
        copied = cls.env.ref(xmlid).copy(
            {
                "name": cls.env.ref(xmlid).name,
                "code": code,
                "company_id": cls.company.id,
                "team_id": cls.team.id,
                "user_id": False,
                "active": True,
                "activity_plan_id": False,
            }
        )
        kept = copied.field_rule_ids.filtered(
            lambda rule: rule.key in ("cause_id", "resolution_id")
        )
        (copied.field_rule_ids - kept).unlink()
        kept.write({"label": False, "sequence": 10, "portal": "hidden"})
        copied.link_ids.next_ids = False
        copied.link_ids.requirement_ids.filtered(lambda r: r.kind != "field").unlink()
        copied.properties_definition = False
        return copied

    def _new_case(self, **vals):
        """Create a case, as the user of ``self.env``, with what every case needs."""
        return self.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": self.type_complaint.id,
                "contact_id": self.contact.id,
                "company_id": self.company.id,
            }
            | vals
        )

    def _complete(self, case):
        """Fill in what the shipped types ask for before a case may be closed."""
        case.write(
            {
                "category_id": self.env.ref("aftersales_case.category_product").id,
                "cause_id": self.env.ref("aftersales_case.cause_material").id,
                "resolution_id": self.env.ref("aftersales_case.resolution_replaced").id,
            }
        )
        return case

    def _new_holiday(self, calendar, company, start, end):
        """A public holiday of one company in a calendar that others may use too."""
        holiday = self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": start,
                "date_to": end,
            }
        )
        # Core computes the company of whoever flushes.
        holiday.flush_recordset()
        holiday.company_id = company
        return holiday

    def _count_queries(self, action):
        """Return how many queries an action takes, with nothing read before it."""
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def _get_models(self, addon):
        """Return the names of the models that an addon of ours has brought."""
        return {
            name
            for name in self.env
            if name.startswith("aftersales.")
            and self.env[name]._original_module == addon
            and not self.env[name]._abstract
        }

    def assertAccessMatrix(self, addon, matrix):
        """Assert who may do what with each model of an addon, rules aside.

        :param matrix: ``{model: {attribute of this class with a user: "rwcd"}}``; it
            names every model, so that a new one cannot be forgotten
        """
        self.assertEqual(self._get_models(addon), set(matrix))
        for model, roles in matrix.items():
            for role, allowed in roles.items():
                records = self._as(getattr(self, role))[model]
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            records.has_access(operation), letter in allowed
                        )

    def assertNoAccess(self, addon, *users):
        """Assert that these users may do nothing with any model of an addon."""
        for user in users:
            for name in sorted(self._get_models(addon)):
                with self.subTest(user=user.login, model=name):
                    for operation in OPERATIONS.values():
                        self.assertFalse(
                            self._as(user)[name].has_access(operation), operation
                        )

    @contextmanager
    def assertRefused(self, exception, text):
        """Assert that a block raises, and roll back what it did, as a request would."""
        with self.assertRaisesRegex(exception, text), self.env.cr.savepoint():
            yield

    def _as(self, user, records=None):
        """Return the environment, or the records, as a user of the company sees them."""
        context = {"allowed_company_ids": user.company_ids.ids}
        if records is None:
            return self.env(user=user, context=dict(self.env.context, **context))
        return records.with_user(user).with_context(**context)


@tagged("post_install", "-at_install")
class AftersalesCommon(AftersalesSetup, TransactionCase):
    """Base of the tests that need no browser."""

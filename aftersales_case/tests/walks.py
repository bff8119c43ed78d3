"""Walks over all models and methods of an addon: what forgets to ask for a right fails.

A sibling walks its own: see ``RightsWalk``.
"""

import inspect
from contextlib import contextmanager

from odoo.exceptions import AccessError, MissingError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.http import Controller
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user
from odoo.tools import SQL

REFUSALS = (AccessError, MissingError, RedirectWarning, UserError)
OPERATIONS = ("read", "write", "create", "unlink")
# Rows of these say that somebody was here, not that he changed something.
TRACES = {"res_users_log", "mail_presence", "bus_bus"}
# They only take away from what the model itself takes: see assertSystemFieldsAreKept, and
# the tests of forms.
NARROWING = ("aftersales.form.mixin", "aftersales.kept.mixin")
# Tried with a word in a field of text, where nobody says how else.
DEFAULT_CALLS = ("create", "write")
# What a method changes is the caller's own; only the attacked case must stay as it is.
ELSEWHERE = object()


def find_routes(addon):
    """Return the sorted names ``Class.method`` of all routes that an addon serves.

    Those count that it only overrides, too: what it adds there is its own.

    :param addon: technical name of the addon
    """
    found = set()
    for controller in _get_subclasses(Controller):
        if not controller.__module__.startswith(f"odoo.addons.{addon}."):
            continue
        for name in vars(controller):
            inherited = [getattr(base, name, None) for base in controller.mro()]
            if any(hasattr(method, "original_routing") for method in inherited):
                found.add(f"{controller.__name__}.{name}")
    return sorted(found)


def _get_subclasses(definition):
    for subclass in definition.__subclasses__():
        yield subclass
        yield from _get_subclasses(subclass)


def _get_addon(definition):
    """Return the name of the addon of ours that a class is written in, or None."""
    parts = definition.__module__.split(".")
    is_ours = parts[:2] == ["odoo", "addons"] and parts[2].startswith("aftersales_")
    return parts[2] if is_ours else None


class Unwalked(AssertionError):
    """The walk met something that nobody has told it how to try."""


class RightsSetup:
    """A case of a team that none of these people belongs to, and what hangs on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        elsewhere = env["res.company"].create({"name": "Foreign"})
        cls.foreign = new_test_user(
            env,
            "as_foreign",
            groups="aftersales_case.group_aftersales_manager",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        cls.portal = new_test_user(
            env,
            "as_portal",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.portal.partner_id.parent_id = cls.customer
        cls.colleague = new_test_user(
            env,
            "as_colleague",
            groups="base.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.other_team = env["aftersales.team"].create(
            {
                "name": "Others",
                "company_id": cls.company.id,
                "member_ids": [Command.set(cls.agent2.ids)],
            }
        )
        cls.walk_users = {
            "customer": cls.portal,
            "colleague": cls.colleague,
            "reporter": cls.reporter,
            "accountant": cls.accountant,
            "agent of another team": cls.agent,
            "leader of another team": cls.leader,
            "manager of another company": cls.foreign,
        }
        cls.walk_case = cls._new_walk_case("Stranger to all", cls.other_team)
        cls.own_case = cls._new_walk_case("Own", cls.team)

    @classmethod
    def _new_walk_case(cls, name, team):
        case = cls.env["aftersales.case"].create(
            {
                "name": name,
                "type_id": cls.type_complaint.id,
                "company_id": cls.company.id,
                "team_id": team.id,
                "user_id": cls.manager.id,
                "partner_id": cls.customer.id,
                "reporter_id": cls.reporter.partner_id.id,
            }
        )
        case.message_subscribe((cls.reporter | cls.portal).partner_id.ids)
        return case


class RightsWalk:
    """Tries what an addon offers to callers, as people who may not change the case.

    For ``TransactionCase``. The class that walks names its addon and says how to try
    what the walk cannot guess:

    * ``walk_addon``: technical name of the addon
    * ``walk_users``: ``{role: user}``, none of whom may write ``walk_case``
    * ``walk_case``: the case that is attacked
    * ``walk_records``: ``{model: record}`` of that case or about it; for a wizard the
      values with which the caller opens his own on that case
    * ``walk_calls``: ``{(model, method): (args, context)}`` for methods with arguments
    * ``walk_allowed``: ``{(model, method): tables}`` that change all the same, or
      ``ELSEWHERE`` when the caller changes what is his, and the case stays as it is
    """

    walk_addon = None
    walk_calls = {}
    walk_allowed = {}

    # === What there is === #

    def _walk_models(self, transient=None):
        """Return the names of the addon's own models that have a table."""
        return sorted(
            name
            for name in self.env
            if name.startswith("aftersales.")
            and self.env[name]._original_module == self.walk_addon
            and not self.env[name]._abstract
            and transient in (None, self.env[name]._transient)
        )

    def _walk_methods(self):
        """Return sorted (model, method) of all that the addon lets callers call.

        What a mixin of ours offers is walked on each model that inherits it, by the
        addon that has the model inherit it.
        """
        found = set()
        for model in self.env:
            if model.startswith("aftersales.") and self.env[model]._abstract:
                continue  # walked as part of the models that inherit it
            for definition in type(self.env[model]).mro():
                addon = _get_addon(definition)
                if not addon:
                    continue
                origin = getattr(definition, "_name", None) or model
                if origin != model:
                    if not origin.startswith("aftersales.") or origin in NARROWING:
                        continue  # walked on the model it was written for
                    addon = self._get_heir(model, origin) or addon
                if addon != self.walk_addon:
                    continue
                for name, function in vars(definition).items():
                    if self.env[model]._transient and name in DEFAULT_CALLS:
                        continue  # everybody's own: see assertWizardsAreOwn
                    if inspect.isfunction(function) and self._is_public(model, name):
                        found.add((model, name))
        return sorted(found)

    def _get_heir(self, model, mixin):
        """Return the addon of ours that has a model inherit a mixin, or None."""
        if model.startswith("aftersales."):
            return self.env[model]._original_module
        for definition in type(self.env[model]).mro():
            inherited = vars(definition).get("_inherit") or ()
            names = [inherited] if isinstance(inherited, str) else inherited
            if mixin in names and getattr(definition, "_name", None) in (None, model):
                return _get_addon(definition)
        return None

    def _is_public(self, model, name):
        try:
            get_public_method(self.env[model], name)
        except (AccessError, AttributeError):
            return False
        return True

    # === Methods === #

    def assertMethodsAskForRights(self):
        """No public method changes anything for who may not write the case."""
        methods = self._walk_methods()
        self.assertTrue(methods)
        known = {*self.walk_calls, *self.walk_allowed}
        gone = {key for key in known if key not in methods}
        self.assertFalse(gone, "The walk names methods that are no longer there.")
        for role, user in self.walk_users.items():
            self.assertFalse(
                self._as(user, self.walk_case).has_access("write"),
                f"{role} may write the case: no use for this walk",
            )
        for model, name in methods:
            for role, user in self.walk_users.items():
                with self.subTest(model=model, method=name, role=role):
                    self._walk_method(model, name, user)

    def _walk_method(self, model, name, user):
        args, context = self._get_call(model, name)
        context = {"allowed_company_ids": user.company_ids.ids} | context
        callers = self.env(user=user, context=context)[model]
        on_records = not getattr(get_public_method(callers, name), "_api_model", False)
        with self._undone():
            try:
                if on_records:
                    args = [self._get_attacked(callers).ids, *args]
                self.env.flush_all()
                self.env.invalidate_all()
                elsewhere = self._changes_elsewhere(model, name)
                stood = self._look_at_case() if elsewhere else None
                before = self._count_changes()
                result = call_kw(callers, name, args, {"context": context})
                self.env.flush_all()
            except REFUSALS:
                return
            after = self._count_changes()
            changed = {table for table in after if after[table] != before.get(table)}
            if elsewhere:
                self.assertEqual(self._look_at_case(), stood)
            else:
                mine = self._get_own_tables(model, name)
                self.assertFalse(changed - mine, "changed without a right")
            if not self._as(user, self.walk_case).has_access("read"):
                self.assertNotIn(self.walk_case.name, repr(result))

    def _changes_elsewhere(self, model, name):
        """Say whether a method may change what is no matter of the attacked case.

        So does the set-up, for those whose role it is: access lines are tested apart.
        """
        is_setup = name in DEFAULT_CALLS and (model, name) not in self.walk_calls
        return is_setup or self.walk_allowed.get((model, name)) is ELSEWHERE

    def _get_attacked(self, callers):
        """Return the records to call a method on; a wizard is the caller's own."""
        model = callers._name
        if model not in self.walk_records:
            # What hangs on no case: any record will do.
            found = not callers._transient and self.env[model].search([], limit=1)
            if not found:
                raise Unwalked(f"walk_records: give a record of {model}")
            return found
        if not callers._transient:
            return self.walk_records[model]
        case = self.walk_case
        opened = callers.with_context(active_model=case._name, active_ids=case.ids)
        return opened.create(self.walk_records[model])

    def _get_call(self, model, name):
        """Return (args, context) to call a method with."""
        if (model, name) in self.walk_calls:
            return self.walk_calls[model, name]
        if name in DEFAULT_CALLS:
            return [{self._get_text_field(model): "Forged"}], {}
        method = get_public_method(self.env[model], name)
        asked = [
            parameter.name
            for parameter in list(inspect.signature(method).parameters.values())[1:]
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        if asked:
            raise Unwalked(f"walk_calls: {model}.{name} needs {', '.join(asked)}")
        return [], {}

    def _get_text_field(self, model):
        """Return the name of a field in which a caller may leave a word."""
        names = [self.env[model]._rec_name, *sorted(self.env[model]._fields)]
        for name in filter(None, names):
            definition = self.env[model]._fields[name]
            if definition.type == "char" and definition.store:
                return name
        raise Unwalked(f"walk_calls: say what to write on {model}")

    def _get_own_tables(self, model, name):
        """Return the tables that whoever calls this method may change."""
        wizards = {
            self.env[name]._table for name in self.env if self.env[name]._transient
        }
        return TRACES | wizards | self.walk_allowed.get((model, name), set())

    @contextmanager
    def _undone(self):
        """Undo what the block did, as the end of a refused request would."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def _count_changes(self):
        """Return ``{table: rows written}`` of this transaction, by PostgreSQL's count."""
        self.env.cr.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del"
            " FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(self.env.cr.fetchall())

    def _look_at_case(self):
        """Return the rows of the attacked case and of all that hangs on it."""
        case = self.walk_case
        seen = {"aftersales.case": [("id", "=", case.id)]}
        for model in self.env:
            link = getattr(self.env[model], "_case_field", None)
            # What has no table of its own, as reports, only tells of others'.
            if link and self.env[model]._auto and not self.env[model]._abstract:
                seen[model] = [(link, "=", case.id)]
        for model in ("mail.message", "ir.attachment", "mail.activity"):
            name = "model" if model == "mail.message" else "res_model"
            seen[model] = [(name, "=", case._name), ("res_id", "=", case.id)]
        rows = {}
        for model, domain in seen.items():
            records = self.env[model].search(domain, order="id")
            self.env.cr.execute(
                SQL(
                    "SELECT * FROM %s WHERE id = ANY(%s) ORDER BY id",
                    SQL.identifier(records._table),
                    records.ids,
                )
            )
            rows[model] = self.env.cr.fetchall()
        return rows

    # === What the system keeps === #

    def assertSystemFieldsAreKept(self, user):
        """Nobody sets what the addon keeps, read-only and stored, on models of others.

        Models that only administrators of the system write are left out.

        :param user: somebody who may write these models otherwise
        """
        lines = self.env["ir.model.access"].search(
            [
                ("group_id", "!=", self.env.ref("base.group_system").id),
                ("perm_write", "=", True),
            ]
        )
        written = set(lines.model_id.mapped("model"))
        found = {
            model: [
                name
                for name, definition in self.env[model]._fields.items()
                if definition.store
                and definition.readonly
                and definition._modules == (self.walk_addon,)
            ]
            for model in sorted(written)
            if model in self.env and not model.startswith("aftersales.")
        }
        self.assertTrue(any(found.values()))
        for model, names in found.items():
            for name in names:
                with self.subTest(model=model, field=name):
                    self._walk_kept(self._as(user)[model], name)

    def _walk_kept(self, records, name):
        for method, args in (("create", [{name: False}]), ("write", [[], {name: 1}])):
            with self.assertRaisesRegex(AccessError, "kept by the system"):
                call_kw(records, method, args, {})
        records = records.with_context(**{f"default_{name}": False})
        self.assertNotIn(name, records.default_get([name]))

    # === Models === #

    def assertModelsHaveAccess(self):
        """Every model says who may do what with it, and each line names a group."""
        for model in self._walk_models():
            with self.subTest(model=model):
                lines = self.env["ir.model.access"].search(
                    [("model_id.model", "=", model)]
                )
                self.assertTrue(lines)
                self.assertTrue(all(lines.mapped("group_id")))

    def assertWizardsAreOwn(self):
        """Every wizard is seen by whoever opened it, and by nobody else."""
        wizards = self._walk_models(transient=True)
        self.assertTrue(wizards)
        rules = self.env["ir.rule"].search(
            [("model_id.model", "in", wizards), ("groups", "=", False)]
        )
        for model in wizards:
            own = rules.filtered(
                lambda rule, m=model: (
                    rule.model_id.model == m
                    and rule.domain_force == "[('create_uid', '=', user.id)]"
                )
            )
            for operation in OPERATIONS:
                with self.subTest(model=model, operation=operation):
                    self.assertTrue(own.filtered(f"perm_{operation}"))

    def assertPartsFollowTheirCase(self, mine, reader):
        """What hangs on a case is read and written by who may read and write the case.

        :param mine: ``{model: record}`` of a case that the reader may write
        :param reader: a user who reads ``walk_case``, but may not write it
        """
        self.assertTrue(self._as(reader, self.walk_case).has_access("read"))
        for model in self._walk_models(transient=False):
            links = [
                name
                for name, field in self.env[model]._fields.items()
                if field.type == "many2one"
                and field.store
                and field.comodel_name == "aftersales.case"
            ]
            if not links or model == "aftersales.case":
                continue
            with self.subTest(model=model):
                link = getattr(self.env[model], "_case_field", None)
                self.assertIn(link, links, "does not follow the rules of its case")
                if model not in self.walk_records or model not in mine:
                    raise Unwalked(f"give the walk records of {model}")
                self._walk_part(self.walk_records[model], mine[model], link, reader)

    def _walk_part(self, part, own, link, reader):
        self.assertEqual(part[link], self.walk_case)
        self.assertTrue(self._as(reader, own[link]).has_access("write"))
        theirs = self._as(reader, part)
        if theirs.browse().has_access("read"):
            self.assertTrue(theirs.has_access("read"))
        for operation in ("write", "unlink"):
            self.assertFalse(theirs.has_access(operation), operation)
        self.assertTrue(self._is_refused(theirs, {link: own[link].id}))
        # Nor is a part of one's own case put onto somebody else's.
        mine = self._as(reader, own)
        self.assertTrue(self._is_refused(mine, {link: self.walk_case.id}))

    def _is_refused(self, records, vals):
        """Say whether writing on records is refused; what was written is undone."""
        with self._undone():
            try:
                records.write(vals)
                self.env.flush_all()
            except REFUSALS:
                return True
        return False

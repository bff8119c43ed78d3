from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Records of these models make up an addon; Odoo deletes them with it. All others are
# things that people work with, and may have worked with since.
TECHNICAL = ("ir.", "mail.activity.", "mail.message.", "mail.template", "res.groups")
# What PostgreSQL does with a row when the row it refers to is deleted.
REFUSED, CASCADED = ("a", "r"), "c"


class IrModelData(models.Model):
    """Taking leave: what an addon of after-sales does before Odoo removes it."""

    _inherit = "ir.model.data"

    @api.model
    def _take_leave(self, addon):
        """Empty the tables of an addon, and delete of its other records what is free.

        Odoo then has nothing to delete that something else refers to: each attempt would
        be an error in the log. A demo customer whose invoices stay, stays with them.

        :param addon: name of the addon that is being uninstalled
        """
        own = [
            model
            for model in self.env.values()
            if model._original_module == addon and model._auto and not model._abstract
        ]
        self.env.flush_all()
        for model in own:
            self._untie(model._table)
        tables = SQL(", ").join(SQL.identifier(model._table) for model in own)
        self.env.cr.execute(SQL("TRUNCATE %s", tables))
        self.env.invalidate_all(flush=False)
        self._forget_records(addon, [model._name for model in own])

    def _untie(self, table):
        """Drop the foreign keys from and to a table, whose rows go in a moment."""
        for name, origin, column, target, _action in self._get_foreign_keys(table):
            if (
                target == table
                and origin != table
                and self._is_optional(origin, column)
            ):
                self.env.cr.execute(
                    SQL(
                        "UPDATE %(table)s SET %(column)s = NULL"
                        " WHERE %(column)s IS NOT NULL",
                        table=SQL.identifier(origin),
                        column=SQL.identifier(column),
                    )
                )
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT %s",
                    SQL.identifier(origin),
                    SQL.identifier(name),
                )
            )

    def _get_foreign_keys(self, table):
        """Return (name, table, column, table it refers to, action) around a table."""
        return self.env.execute_query(
            SQL(
                "SELECT c.conname, origin.relname, a.attname, target.relname,"
                " c.confdeltype FROM pg_constraint c"
                " JOIN pg_class origin ON origin.oid = c.conrelid"
                " JOIN pg_class target ON target.oid = c.confrelid"
                " JOIN pg_attribute a"
                " ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
                " WHERE c.contype = 'f' AND %s IN (origin.relname, target.relname)"
                " AND origin.relnamespace = current_schema::regnamespace",
                table,
            )
        )

    def _is_optional(self, table, column):
        [(required,)] = self.env.execute_query(
            SQL(
                "SELECT attnotnull FROM pg_attribute"
                " WHERE attrelid = quote_ident(%s)::regclass AND attname = %s",
                table,
                column,
            )
        )
        return not required

    @api.model
    def _forget_records(self, addon, own_names):
        """Delete what an addon brought and nobody uses; forget that it brought the rest.

        Whatever is deleted may have been what kept something else.
        """
        entries = self.search([("module", "=", addon)])
        entries.filtered(lambda entry: entry.model in own_names).unlink()
        entries = entries.exists().filtered(
            lambda entry: not entry.model.startswith(TECHNICAL)
        )
        deleted = True
        while deleted:
            deleted = False
            for model, group in entries.exists().grouped("model").items():
                records = (
                    self.env[model].browse(group.exists().mapped("res_id")).exists()
                )
                used = self._get_used(records._table, records.ids)
                for record in records.filtered(lambda r, used=used: r.id not in used):
                    deleted = self._delete(record) or deleted
        entries.exists().unlink()

    def _delete(self, record):
        """Delete a record, unless its model refuses; say whether it is gone."""
        try:
            with self.env.cr.savepoint():
                record.unlink()
        except UserError:
            return False
        return True

    def _get_used(self, table, ids, seen=None):
        """Return the ids of rows that PostgreSQL would not let go."""
        seen = {} if seen is None else seen
        ids = set(ids) - seen.setdefault(table, set())
        seen[table] |= ids
        used = set()
        for _name, origin, column, target, action in self._get_foreign_keys(table):
            if not ids or target != table or action not in (*REFUSED, CASCADED):
                continue
            if action == CASCADED and not self._has_id(origin):
                continue
            own = SQL("id") if self._has_id(origin) else SQL("NULL")
            rows = self.env.execute_query(
                SQL(
                    "SELECT %s, %s FROM %s WHERE %s = ANY(%s)",
                    own,
                    SQL.identifier(column),
                    SQL.identifier(origin),
                    SQL.identifier(column),
                    list(ids),
                )
            )
            if action == CASCADED:
                kept = self._get_used(origin, [child for child, _parent in rows], seen)
                rows = [row for row in rows if row[0] in kept]
            elif origin == table:
                rows = [row for row in rows if row[0] not in ids]
            used |= {parent for _child, parent in rows}
        return used

    def _has_id(self, table):
        """Say whether a table holds records, and not links between two others."""
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM pg_attribute"
                    " WHERE attrelid = quote_ident(%s)::regclass AND attname = 'id'",
                    table,
                )
            )
        )

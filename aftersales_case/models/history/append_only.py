from odoo.tools import SQL

# The name is the caller's constant; %(refused)s is quoted by the driver.
GUARD = """
CREATE OR REPLACE FUNCTION %(name)s() RETURNS trigger AS $guard$
BEGIN
    IF current_setting('aftersales.maintenance', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- A user was deleted, which empties who made and who changed the row.
        IF to_jsonb(NEW) IN (
            to_jsonb(OLD) || '{"create_uid": null}',
            to_jsonb(OLD) || '{"write_uid": null}'
        ) THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION %(refused)s, TG_OP USING ERRCODE = 'restrict_violation';
END
$guard$ LANGUAGE plpgsql
"""


def guard(cr, table, name, what):
    """Let the database refuse UPDATE, DELETE and TRUNCATE of a table.

    Its function has to be dropped in ``uninstall_hook``. ``_maintenance`` of the event
    log is the one door.

    :param table: name of the table
    :param name: first part of the names of the function and its triggers
    :param what: what is append-only, as the message says it
    """
    function = SQL.identifier(f"{name}_guard")
    refused = f"{what} append-only: % refused"
    cr.execute(SQL(GUARD, name=function, refused=refused))
    for part, moment, level in (
        ("row", SQL("UPDATE OR DELETE"), SQL("ROW")),
        ("table", SQL("TRUNCATE"), SQL("STATEMENT")),
    ):
        cr.execute(
            SQL(
                "CREATE OR REPLACE TRIGGER %s BEFORE %s ON %s FOR EACH %s"
                " EXECUTE FUNCTION %s()",
                SQL.identifier(f"{name}_{part}_guard"),
                moment,
                SQL.identifier(table),
                level,
                function,
            )
        )

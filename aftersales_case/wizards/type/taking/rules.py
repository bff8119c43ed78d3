from odoo.exceptions import UserError

from ....models.type.aftersales_condition_mixin import NEEDS_NO_VALUE
from .records import Records


class Rules(Records):
    """Field rules and their conditions; records are found again by what they are called."""

    def _take_rules(self):
        keys = self.case_type._get_rule_keys()
        for number, row in enumerate(self.data["rules"], 1):
            for key in (row["key"], *(item["key"] for item in row["conditions"])):
                if key not in keys:
                    raise UserError(
                        self.user_env._(
                            "The file has a rule for field %s, which is not known here.",
                            key,
                        )
                    )
            rule = self.env["aftersales.field.rule"].create(
                {
                    "type_id": self.case_type.id,
                    "key": row["key"],
                    "sequence": number * 10,
                    "hidden": row["hidden"],
                    "required_from_id": self._get(self.stages, row["required_from"]),
                    "locked_from_id": self._get(self.stages, row["locked_from"]),
                    "portal": row["portal"],
                    "portal_required": row.get("portal_required", False),
                    "visible_from_id": self._get(self.stages, row.get("visible_from")),
                    "condition_ids": [
                        (0, 0, self._prepare_condition(row, item))
                        for item in row["conditions"]
                    ],
                }
            )
            texts = {name: row.get(name) for name in ("label", "section", "help")}
            self._write_texts(rule, texts)

    def _prepare_condition(self, rule, row):
        """Return the values of a condition, its records found again here.

        :raises UserError: naming what is not known here
        """
        vals = {name: row[name] for name in ("key", "operator", "value")}
        model = self.case_type._get_key_models().get(row["key"])
        if not model or row["operator"] in NEEDS_NO_VALUE:
            return vals
        Condition = self.env["aftersales.field.condition"]
        if "records" not in row:  # version 1 has names only
            records, unknown = Condition._find_named(model, row["value"])
        else:
            records, unknown = self.env[model], False
            for item in row["records"]:
                found = self._find_record(model, item)
                unknown = unknown or (not found and " / ".join(item["path"]))
                records |= found
        if unknown or not records:
            raise UserError(
                self.user_env._(
                    "The rule of field %(field)s compares with %(name)s, which means no"
                    " record here, or several. Create it, or take the condition out of"
                    " the file.",
                    field=rule["key"],
                    name=unknown or "—",
                )
            )
        return vals | {"value": ",".join(map(str, records.ids))}

    def _find_record(self, model, item):
        """Return the one record of a model that a file names, or none."""
        known = item["xmlid"] and self.env.ref(item["xmlid"], raise_if_not_found=False)
        if known and known._name == model:
            return known._filtered_access("read")
        Model = self.env[model].with_context(active_test=False)
        if Model._parent_store and "name" in Model:
            record = Model
            for name in item["path"]:
                parent = (Model._parent_name, "=", record.id)
                record = Model.search([("name", "=", name), parent])
                if len(record) != 1:
                    return Model
            return record
        found = self.env["aftersales.field.condition"]._find_by_name(
            model, "".join(item["path"][:1])
        )
        return found if len(found) == 1 else Model

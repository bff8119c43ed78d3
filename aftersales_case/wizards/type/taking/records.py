from odoo.exceptions import UserError


class Records:
    """What every part of an import needs: records that are found again, or made.

    :param wizard: gives the environment, whose user must be allowed everything
    :param data: checked document
    """

    def __init__(self, wizard, data):
        self.user_env = wizard.env  # what is said is said in the user's language
        self.env = wizard.with_context(lang=None).env
        self.known = wizard._find_type(data).with_env(self.env)
        self.data = data
        self.notes = []

    def _write_texts(self, record, texts):
        self.env["aftersales.case.type"]._write_texts(record, texts)

    def _take_named(self, model, row, **vals):
        """Return the record of a coded list with this code or name, or a new one."""
        Model = self.env[model].with_context(active_test=False)
        code = row.get("code")
        key = ("code", "=", code) if code else ("name", "=", row["name"]["en_US"])
        known = Model.search([key], limit=1)
        if known:
            return known
        record = Model.create(
            {"name": row["name"]["en_US"]} | ({"code": code} if code else {}) | vals
        )
        self._write_texts(record, {"name": row["name"]})
        return record

    def _take_stage(self, row):
        name, waiting_for = row["name"]["en_US"], row["waiting_for"] or False
        Stage = self.env["aftersales.case.stage"]
        known = Stage.search(
            [
                ("name", "=", name),
                ("state", "=", row["state"]),
                ("waiting_for", "=", waiting_for),
            ],
            limit=1,
        )
        if known:
            return known
        stage = Stage.create(
            {
                "name": name,
                "state": row["state"],
                "waiting_for": waiting_for,
                "fold": row["fold"],
                "sequence": max(Stage.search([]).mapped("sequence"), default=0) + 10,
            }
        )
        self._write_texts(
            stage, {"name": row["name"], "description": row["description"]}
        )
        return stage

    def _take_group(self, xmlid):
        group = self.env.ref(xmlid, raise_if_not_found=False)
        if not group or group._name != "res.groups":
            raise UserError(
                self.user_env._(
                    "The file asks for role %s, which is not known here.", xmlid
                )
            )
        return group

    def _take_category(self, path):
        Category = self.env["aftersales.category"].with_context(active_test=False)
        category = Category
        for depth, name in enumerate(path, 1):
            known = Category.search(
                [("name", "=", name), ("parent_id", "=", category.id)], limit=1
            )
            types = self.case_type.ids if depth == len(path) else []
            category = known or Category.create(
                {"name": name, "parent_id": category.id, "type_ids": types}
            )
        return category

    def _get(self, records, number):
        return records[number].id if number is not None else False

from .records import Records

TEMPLATE_EDITOR = "mail.group_mail_template_editor"


class Messages(Records):
    """Templates of messages and the plan of activities."""

    def _take_template(self, row):
        """Return the template with this name and text, a new one, or a second best.

        The text of a template is a program by design: who may not edit templates takes
        none over.
        """
        Template = self.env["mail.template"]
        name = row["name"]["en_US"]
        code = self.data["type"]["code"]
        own_name = f"{name} ({code})"
        texts = {
            "name": row["name"],
            "subject": row["subject"],
            "body_html": row["body"],
        }
        vals = {
            "email_from": row["email_from"],
            "email_to": row["email_to"],
            "lang": row["lang"],
            "use_default_to": row["use_default_to"],
        }
        known = Template.search(
            [("model", "=", "aftersales.case"), ("name", "in", [name, own_name])]
        )
        wanted = Template.new(
            vals
            | {
                "subject": (row["subject"] or {}).get("en_US"),
                "body_html": (row["body"] or {}).get("en_US"),
            }
        )
        same = known.filtered(lambda template: _is_same(template, wanted))
        if same:
            return same[0]
        if not self.env.user.has_group(TEMPLATE_EDITOR):
            self.notes.append(self._get_template_note(name, known))
            return known[:1]
        template = Template.create(
            vals
            | {
                "name": own_name if known else name,
                "model_id": self.env["ir.model"]._get_id("aftersales.case"),
            }
        )
        if known:
            del texts["name"]
        self._write_texts(template, texts)
        return template

    def _get_template_note(self, name, known):
        if known:
            return self.user_env._(
                "Template %s: the text of the file was left out, because only editors of"
                " templates may take it over. The one with this name is used.",
                name,
            )
        return self.user_env._(
            "Template %s was left out, because only editors of templates may take over"
            " its text. No message is sent.",
            name,
        )

    def _take_plan(self):
        row = self.data["plan"]
        if not row:
            return False
        Plan = self.env["mail.activity.plan"]
        steps = [self._prepare_step(n, step) for n, step in enumerate(row["steps"], 1)]
        own_name = f"{row['name']} ({self.data['type']['code']})"
        known = Plan.search(
            [
                ("res_model", "=", "aftersales.case"),
                ("name", "in", [row["name"], own_name]),
            ]
        )
        names = ("activity_type_id", "summary", "note", "responsible_type")
        names += ("delay_count", "delay_unit", "delay_from")
        for plan in known:
            have = [
                {name: step[name] or False for name in names}
                | {"activity_type_id": step.activity_type_id.id}
                for step in plan.template_ids
            ]
            want = [{name: step[name] or False for name in names} for step in steps]
            if have == want:
                return plan.id
        return Plan.create(
            {
                "name": own_name if known else row["name"],
                "res_model": "aftersales.case",
                "company_id": False,
                "template_ids": [(0, 0, step) for step in steps],
            }
        ).id

    def _prepare_step(self, number, row):
        xmlid = row["activity"]
        kind = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
        usable = kind and kind._name == "mail.activity.type"
        if not usable or kind.res_model not in (False, "aftersales.case"):
            kind = self.env.ref("mail.mail_activity_data_todo")
            self.notes.append(
                self.user_env._(
                    "Plan: the kind of activity of step %s is not known here; it became"
                    " a to-do.",
                    number,
                )
            )
        return {
            "sequence": number * 10,
            "activity_type_id": kind.id,
            "summary": row["summary"],
            "note": row["note"],
            "responsible_type": row["responsible"],
            "delay_count": row["delay_count"],
            "delay_unit": row["delay_unit"],
            "delay_from": row["delay_from"],
        }


def _is_same(template, wanted):
    return (
        all(
            (template[name] or "") == (wanted[name] or "")
            for name in ("subject", "body_html", "email_from", "email_to", "lang")
        )
        and template.use_default_to == wanted.use_default_to
    )

from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import html2plaintext, plaintext2html

from ...const import LONGEST_LINE, LONGEST_TEXT
from ...engine import answers
from ...engine.answers import AnswerError
from ...engine.texts import clean_text

# How the fields of every case are asked; those that are not here are asked of nobody.
FIELD_KINDS = {
    "category_id": answers.ONE,
    "contact_id": answers.ONE,
    "description": answers.TEXT,
    "email": answers.EMAIL,
    "handover": answers.CHOICE,
    "impact": answers.CHOICE,
    "phone": answers.PHONE,
    "product_ids": answers.MANY,
    "site_id": answers.ONE,
    "slip_number": answers.CHAR,
    "urgency": answers.CHOICE,
}
PROPERTY_KINDS = {
    "boolean": answers.YES_NO,
    "char": answers.CHAR,
    "date": answers.DATE,
    "datetime": answers.MOMENT,
    "float": answers.NUMBER,
    "integer": answers.WHOLE,
    "monetary": answers.NUMBER,
    "selection": answers.CHOICE,
    "tags": answers.MANY,
    "text": answers.TEXT,
}
MOST_CHOICES = 40


class AftersalesPortalService(models.AbstractModel):
    """Questions of forms: built of field rules, read back as values of a case."""

    _inherit = "aftersales.portal.service"

    # === Asking === #

    @api.model
    def _get_kind(self, case, key):
        """Return how a field is asked, or None for one that no form can ask."""
        field, _dot, name = key.partition(".")
        if not name:
            return FIELD_KINDS.get(field)
        return PROPERTY_KINDS.get(case._get_property_types(field).get(name))

    @api.model
    def _get_question(self, partner, case, key, state, form=None):
        """Return what a form needs to ask a field.

        :param form: ``MultiDict`` of the request: what is searched, what is chosen so far
        :returns: dictionary of plain values; ``options`` are ``(key, label)``
        """
        kind = self._get_kind(case, key)
        labels = case.type_id._get_key_labels()
        name = key.replace(".", "-")
        search = clean_text(form.get("search")).strip()[:LONGEST_LINE] if form else ""
        chosen = form.getlist(name) if form else []
        choices, more = self._get_choices(partner, case, key, state, search, chosen)
        return {
            "key": key,
            "name": name,
            "kind": kind,
            "label": state.label or labels.get(key, key),
            "help": state.help or "",
            "required": state.required,
            "section": state.section or "",
            "options": choices,
            "has_more": more,
            "search": search,
            "hidden": state.hidden,
        }

    @api.model
    def _get_choices(self, partner, case, key, state, search="", chosen=()):
        """Return ``([(key, label)], whether there are more)`` of a question."""
        field, _dot, name = key.partition(".")
        if name:
            return [(str(option), label) for option, label in state.options], False
        definition = case._fields[field]
        if definition.type == "selection":
            return list(definition._description_selection(self.env)), False
        if not definition.relational:
            return [], False
        # sudo: the customer's own, or what every customer may choose
        model = self.env[definition.comodel_name].sudo()
        domain = self._get_choice_domain(partner, case, field)
        if field != "product_ids":
            found = model.search(domain, limit=MOST_CHOICES)
            return [(str(one.id), one.display_name) for one in found], False
        ids = answers.read_ids(chosen)[:MOST_CHOICES]
        shown = case[field]._origin | model.search(domain & Domain("id", "in", ids))
        if search:
            named = Domain("name", "ilike", search)
            domain &= named | Domain("default_code", "ilike", search)
        found = model.search(domain, limit=MOST_CHOICES + 1)
        more = len(found) > MOST_CHOICES
        shown |= found[:MOST_CHOICES]
        return [(str(one.id), one.display_name) for one in shown], more

    @api.model
    def _get_choice_domain(self, partner, case, field):
        """Return the domain of what a customer may choose: his own, and lists for all."""
        customer = partner.commercial_partner_id
        own = Domain("commercial_partner_id", "=", customer.id)
        if field == "category_id":
            types = Domain("type_ids", "in", case.type_id.ids)
            return Domain("type_ids", "=", False) | types
        return {
            "contact_id": own
            & Domain("type", "=", "contact")
            & Domain("is_company", "=", False),
            "product_ids": self._get_customer_goods_domain(partner),
            "site_id": own & Domain("type", "!=", "contact")
            | Domain("id", "=", customer.id),
        }[field]

    @api.model
    def _get_customer_goods_domain(self, partner):
        """Hook: return the domain of the products that a customer has got of us.

        Called for the goods that a form lets him choose. Here: what was delivered or
        billed to his company.

        :param partner: ``res.partner`` who asks
        """
        customer = partner.commercial_partner_id
        # sudo: what the customer has got; it is only listed for himself
        delivered = (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                Domain("picking_id.partner_id.commercial_partner_id", "=", customer.id)
                & Domain("picking_code", "in", ("outgoing", "dropship"))
                & Domain("state", "=", "done"),
                ["product_id"],
            )
        )
        # sudo: as above
        billed = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                Domain("move_id.commercial_partner_id", "=", customer.id)
                & Domain("move_id.move_type", "=", "out_invoice")
                & Domain("parent_state", "=", "posted")
                & Domain("product_id", "!=", False),
                ["product_id"],
            )
        )
        ids = {product.id for (product,) in (*delivered, *billed)}
        return Domain("id", "in", list(ids))

    # === What stands there === #

    @api.model
    def _get_typed(self, case, question):
        """Return the value of a field as a form would have it typed."""
        key, kind = question["key"], question["kind"]
        if not case._is_answered(key):
            return [] if kind in answers.LISTS else ""
        field, _dot, name = key.partition(".")
        value = case._get_raw_properties(field)[name] if name else case[field]
        if kind == answers.MANY:
            return [str(one) for one in (value if name else value.ids)]
        if kind == answers.ONE:
            return str(value.id)
        if kind == answers.YES_NO:
            return "yes" if value else "no"
        if kind == answers.TEXT:
            return html2plaintext(value).strip() if not name else str(value)
        if kind == answers.NUMBER:
            return self._format_number(value)
        if kind == answers.MOMENT:
            moment = fields.Datetime.to_datetime(value)
            local = fields.Datetime.context_timestamp(self, moment)
            return local.strftime("%Y-%m-%dT%H:%M")
        return str(value)

    # === Reading === #

    @api.model
    def _read_typed(self, form, question):
        """Return what a request says to a question: text, or a list of texts."""
        if question["kind"] in answers.LISTS:
            chosen = form.getlist(question["name"])[:MOST_CHOICES]
            return [clean_text(one)[:LONGEST_LINE] for one in chosen]
        return clean_text(form.get(question["name"]))[: LONGEST_TEXT + 1]

    @api.model
    def _read_answer(self, case, question, typed):
        """Return ``(value, error)`` of what was typed."""
        kind = question["kind"]
        if kind == answers.GOODS:
            return self._read_goods(question)
        if kind == answers.TEXT and (error := self._judge_text(typed)):
            return None, error
        if kind not in (*answers.LISTS, answers.TEXT) and len(typed) > LONGEST_LINE:
            return None, self.env._(
                "%(field)s: this is longer than %(most)s characters. Shorten it.",
                field=question["label"],
                most=LONGEST_LINE,
            )
        try:
            value = answers.read(
                kind, typed, [key for key, _label in question["options"]]
            )
            if kind == answers.PHONE and value:
                value = self._read_phone(case, value)
        except AnswerError as error:
            return None, self._get_answer_error(question, error.code)
        return value, None

    @api.model
    def _read_phone(self, case, typed):
        """Return a number as it is dialled; core tells in English what is wrong with it."""
        country = case.partner_id.country_id or case.company_id.country_id
        try:
            return case._phone_format(
                number=typed, country=country, raise_exception=True
            )
        except UserError:
            raise AnswerError(answers.PHONE) from None

    @api.model
    def _get_answer_error(self, question, code):
        label = question["label"]
        texts = {
            answers.WHOLE: self.env._("%s: enter a whole number, such as 3.", label),
            answers.NUMBER: self.env._("%s: enter a number, such as 12.50.", label),
            answers.DATE: self.env._("%s: enter a date, such as 2030-12-31.", label),
            answers.MOMENT: self.env._("%s: enter a date and a time.", label),
            answers.EMAIL: self.env._(
                "%s: enter an e-mail address, such as name@company.com.", label
            ),
            answers.PHONE: self._get_phone_error(label),
        }
        choose = self.env._("%s: choose one of the answers.", label)
        return texts.get(code, choose)

    @api.model
    def _get_phone_error(self, label):
        return self.env._("%s: enter a phone number, such as +31 20 794 0001.", label)

    @api.model
    def _prepare_vals(self, case, values):
        """Return values for a case, of answers by key; own fields keep their others."""
        vals = {}
        for key, value in values.items():
            field, _dot, name = key.partition(".")
            if name:
                known = vals.setdefault(field, case._get_raw_properties(field))
                known[name] = self._prepare_own(value)
                continue
            definition = case._fields[field]
            if definition.type == "many2many":
                ids = [int(one) for one in value or ()]
                vals[field] = [fields.Command.set(ids)]
            elif definition.type == "many2one":
                vals[field] = int(value) if value else False
            elif definition.type == "html":
                vals[field] = plaintext2html(value) if value else False
            else:
                vals[field] = value or False
        return vals

    @api.model
    def _prepare_own(self, value):
        """Return the value of an own field as the ORM keeps it."""
        if isinstance(value, datetime):
            local = self.env.tz.localize(value)
            utc = local.astimezone(pytz.utc).replace(tzinfo=None)
            return fields.Datetime.to_string(utc)
        if hasattr(value, "isoformat"):
            return fields.Date.to_string(value)
        return value

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ...const import ASKS_PRICE, ASKS_TERMS, LONGEST_LINE, LONGEST_TEXT
from ...engine import answers
from ...engine.answers import AnswerError
from ...engine.texts import clean_text, first_line

LONGEST_LABEL = 120


class AftersalesPortalService(models.AbstractModel):
    """What customers may say is wrong with an invoice: whose it is, its lines, the form."""

    _inherit = "aftersales.portal.service"

    # === The invoice === #

    @api.model
    def _find_invoice(self, partner, invoice_id):
        """Return an invoice of this person's company, with sudo, or none.

        The person sees it as core shows invoices: its rules are asked, as the user.
        Credit notes and what is not posted are not reported here.
        """
        moves = self.env["account.move"]
        if self.env.user._is_internal() or not moves.has_access("read"):
            return moves
        found = moves.search(
            Domain("id", "=", invoice_id) & self._get_reportable_domain(partner),
            limit=1,
        )
        return found.sudo()  # sudo: found as the user; what it says is his to know

    @api.model
    def _get_reportable_domain(self, partner):
        """Return the domain of the invoices of which a person reports problems."""
        return (
            Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("commercial_partner_id", "=", partner.commercial_partner_id.id)
        )

    @api.model
    def _get_problem_urls(self, partner, invoices):
        """Return ``{invoice: address}`` of those that can be reported, for a list.

        :param invoices: ``account.move``, as this person reads them
        """
        if self.env.user._is_internal():
            return {}
        own = invoices.filtered_domain(self._get_reportable_domain(partner))
        by_company = own.grouped("company_id")
        # sudo: see _find_invoice
        return {
            invoice: self._get_problem_url(invoice)
            for mine in by_company.values()
            if self._get_problems(mine.sudo()[:1])
            for invoice in mine
        }

    @api.model
    def _get_problems(self, invoice):
        """Return what can be reported about an invoice, with sudo."""
        types = self.with_company(invoice.company_id)._get_choosable()
        return types.portal_problem_ids.sorted()

    @api.model
    def _get_billed(self, invoice):
        """Return the lines of which something can be wrong: goods and work with a price."""
        currency = invoice.currency_id
        return invoice.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product"
                and line.quantity > 0
                and currency.compare_amounts(line.price_total, 0) > 0
            )
        )

    @api.model
    def _get_problem_key(self, invoice):
        return f"problem-{invoice.id}"

    @api.model
    def _get_problem_url(self, invoice, problem=None, line=None):
        query = [
            f"{name}={record.id}"
            for name, record in (("problem", problem), ("line", line))
            if record
        ]
        tail = f"?{'&'.join(query)}" if query else ""
        return f"/my/invoices/{invoice.id}/problem{tail}"

    @api.model
    def _get_problem_entry(self, partner, invoice_id):
        """Return what the page of an invoice shows to report a problem, or None.

        :returns: ``{"url", "lines": [{"label", "url", "reported"}]}``
        """
        invoice = self._find_invoice(partner, invoice_id)
        if not invoice or not self._get_problems(invoice):
            return None
        reported = self._get_reported(partner, invoice)
        lines = self._get_billed(invoice)
        return {
            "url": self._get_problem_url(invoice),
            "reported": reported.get(lines.browse()),
            "lines": [
                {
                    "label": self._get_line_label(line),
                    "billed": self._get_billed_text(line),
                    "url": self._get_problem_url(invoice, line=line),
                    "reported": reported.get(line),
                }
                for line in lines
            ],
        }

    @api.model
    def _get_reported(self, partner, invoice):
        """Return ``{line, or none: {"case", "number", "url"}}`` of what is reported.

        Number and address are empty for who does not see that case.
        """
        cases, billed = self._get_cases(), self._get_billed(invoice)
        reported = self.env["aftersales.reported.line"]._get_open(invoice)
        about = cases._find_open_about(billed)
        found = cases.union(*reported.values(), *about.values())
        seen = cases.search(
            Domain("id", "in", found.ids) & self._get_seen_domain(partner)
        )
        # What nobody reported here counts for who sees it: the others know nothing of it.
        known = {line: (some & seen)[:1] for line, some in about.items() if some & seen}
        known |= {line: case & seen for line, case in reported.items()}
        return {
            line: {
                "case": case,
                "number": case.number or "",
                "url": self._get_url(case.id) if case else "",
            }
            for line, case in known.items()
        }

    # === Words === #

    @api.model
    def _get_line_label(self, line):
        text = line.name or line.product_id.display_name or ""
        return first_line(text, LONGEST_LABEL)

    @api.model
    def _get_quantity_text(self, line, quantity):
        unit = line.product_uom_id.name or ""
        return f"{self._format_number(quantity)} {unit}".strip()

    @api.model
    def _get_price_text(self, line, price):
        return formatLang(
            self.env, price, dp="Product Price", currency_obj=line.currency_id
        )

    @api.model
    def _get_billed_text(self, line):
        return self.env._(
            "%(quantity)s at %(price)s",
            quantity=self._get_quantity_text(line, line.quantity),
            price=self._get_price_text(line, line._get_discounted_price()),
        )

    # === The form === #

    @api.model
    def _get_problem_form(self, partner, invoice, problem, chosen=None, form=None):
        """Return what the form of a problem shows, and what was typed in it.

        :param chosen: the one line it is about; without one all of the invoice
        :param form: ``MultiDict`` of the request; without one the draft says it
        """
        reported = self._get_reported(partner, invoice)
        typed = self._get_draft(self._get_problem_key(invoice))["typed"]
        if form is not None:
            typed = {name: clean_text(form.get(name)) for name in form}
        lines = self._get_billed(invoice)
        if problem.asks == ASKS_TERMS:
            lines = lines.browse()
        elif chosen:
            lines &= chosen
        rows = [
            {
                "line": line,
                "name": f"line-{line.id}",
                "label": self._get_line_label(line),
                "billed": self._get_billed_text(line),
                "typed": typed.get(f"line-{line.id}", "")[: LONGEST_LINE + 1],
                "reported": reported.get(line),
            }
            for line in lines
        ]
        return {
            "asks": problem.asks,
            "problem": problem.name,
            "rows": rows,
            "reported": reported,
            "amount": typed.get("amount", "")[: LONGEST_LINE + 1],
            "text": typed.get("text", "")[: LONGEST_TEXT + 1],
            "currency": invoice.currency_id.symbol or invoice.currency_id.name,
        }

    # === Reading === #

    @api.model
    def _read_problem(self, invoice, page):
        """Return ``([row], {name: sentence})`` of what a form says is wrong.

        A row has ``line_id``, ``quantity``, ``price_agreed``, ``amount`` and ``text``.
        """
        errors = {}
        if error := self._judge_text(page["text"]):
            errors["text"] = error
        if page["asks"] == ASKS_TERMS:
            rows = self._read_terms(invoice, page, errors)
        else:
            rows = self._read_rows(invoice, page, errors)
        return rows, errors

    @api.model
    def _read_rows(self, invoice, page, errors):
        """Return the rows of the lines of which something was typed, with their money."""
        read, price, numbers = {}, page["asks"] == ASKS_PRICE, {}
        for row in page["rows"]:
            if not row["typed"].strip():
                continue
            number, error = self._read_number(row, price)
            if error:
                errors[row["name"]] = error
            else:
                read[row["line"]], numbers[row["line"]] = row, number
        if not read and not errors:
            open_rows = [row for row in page["rows"] if not row["reported"]]
            if not open_rows:
                errors["text"] = self.env._("All of this was reported already.")
            elif price:
                errors[open_rows[0]["name"]] = self.env._(
                    "Enter the agreed price of what is not right."
                )
            else:
                errors[open_rows[0]["name"]] = self.env._(
                    "Enter how many are concerned."
                )
        value = "_get_disputed_prices" if price else "_get_disputed_quantities"
        amounts = getattr(invoice, value)(numbers)
        rows = []
        for line, row in read.items():
            if price and line.currency_id.compare_amounts(amounts[line], 0) <= 0:
                errors[row["name"]] = self._get_price_error(row)
            prepare = self._prepare_price if price else self._prepare_quantity
            rows.append(prepare(row, numbers[line]) | {"amount": amounts[line]})
        return rows

    @api.model
    def _read_number(self, row, is_price):
        """Return ``(what was typed for a line, what is wrong with it or None)``."""
        if row["reported"]:
            return None, self.env._(
                "%s: this was reported already. Leave it empty.", row["label"]
            )
        try:
            number = answers.read(answers.NUMBER, row["typed"])
        except AnswerError:
            return None, self.env._(
                "%s: enter a number, such as 12 or 12.5.", row["label"]
            )
        error = self._judge_price if is_price else self._judge_quantity
        return number, error(row, number)

    @api.model
    def _judge_quantity(self, row, quantity):
        line = row["line"]
        unit = line.product_uom_id or self.env.ref("uom.product_uom_unit")
        # sudo: how its unit is rounded
        unit = unit.sudo()
        if unit.compare(quantity, 0) > 0 >= unit.compare(quantity, line.quantity):
            return None
        return self.env._(
            "%(line)s: enter more than 0 and at most %(most)s.",
            line=row["label"],
            most=self._get_quantity_text(line, line.quantity),
        )

    @api.model
    def _prepare_quantity(self, row, quantity):
        line = row["line"]
        return {
            "line_id": line.id,
            "quantity": quantity,
            "price_agreed": None,
            "text": self.env._(
                "%(quantity)s of %(billed)s: %(line)s",
                quantity=self._format_number(quantity),
                billed=self._get_quantity_text(line, line.quantity),
                line=row["label"],
            ),
        }

    @api.model
    def _judge_price(self, row, price):
        is_lower = 0 <= price < row["line"]._get_discounted_price()
        return None if is_lower else self._get_price_error(row)

    @api.model
    def _get_price_error(self, row):
        line = row["line"]
        return self.env._(
            "%(line)s: enter a price from 0 up to less than %(billed)s.",
            line=row["label"],
            billed=self._get_price_text(line, line._get_discounted_price()),
        )

    @api.model
    def _prepare_price(self, row, price):
        line = row["line"]
        return {
            "line_id": line.id,
            "quantity": line.quantity,
            "price_agreed": price,
            "text": self.env._(
                "%(line)s: %(price)s was agreed, %(billed)s was billed",
                line=row["label"],
                price=self._get_price_text(line, price),
                billed=self._get_price_text(line, line._get_discounted_price()),
            ),
        }

    @api.model
    def _read_terms(self, invoice, page, errors):
        """Return the row of a whole invoice; without an amount all of it is meant."""
        currency, amount = invoice.currency_id, None
        if page["reported"].get(self.env["account.move.line"]):
            errors["amount"] = self.env._("This invoice was reported already.")
            return []
        try:
            amount = answers.read(answers.NUMBER, page["amount"])
        except AnswerError:
            errors["amount"] = self.env._("Amount: enter a number, such as 12.50.")
        if amount is not None:
            amount = currency.round(amount)
            if (
                currency.compare_amounts(amount, 0) <= 0
                or currency.compare_amounts(amount, invoice.amount_total) > 0
            ):
                errors["amount"] = self.env._(
                    "Amount: enter more than 0 and at most %s, or nothing.",
                    currency.format(invoice.amount_total),
                )
        if not page["text"].strip():
            errors.setdefault("text", self.env._("Tell us what is not right."))
        text = self.env._("Amount in question: %s", currency.format(amount or 0))
        return [
            {
                "line_id": False,
                "quantity": None,
                "price_agreed": None,
                "amount": amount,
                "text": text if amount else "",
            }
        ]

    @api.model
    def _get_problem_text(self, invoice, rows, text):
        """Return the description of the case: the invoice, what of it, and the words."""
        parts = [Markup("<p>%s</p>") % self.env._("Invoice %s", invoice.name)]
        said = [row["text"] for row in rows if row["text"]]
        if said:
            items = Markup().join(Markup("<li>%s</li>") % one for one in said)
            parts.append(Markup("<ul>%s</ul>") % items)
        if text.strip():
            lines = Markup("<br>").join(text.strip().splitlines())
            parts.append(Markup("<p>%s</p>") % lines)
        return Markup().join(parts)

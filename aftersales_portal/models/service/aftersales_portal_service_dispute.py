from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.aftersales_case.const import CHANNEL_PORTAL

from ...const import ASKS_GOODS, ASKS_PRICE, ASKS_TERMS, LONGEST_LINE
from ...engine.texts import clean_text
from .aftersales_portal_service_report import LONGEST_TITLE


class AftersalesPortalService(models.AbstractModel):
    """A problem with an invoice becomes a case, with goods or with an amount.

    What comes of the payment is asked of the core's hook; nothing is promised here.
    """

    _inherit = "aftersales.portal.service"

    @api.model
    def _report_problem(
        self, partner, invoice, problem, form, uploads, dropped=(), chosen=None
    ):
        """Make a case of what a form says is wrong with an invoice.

        :param invoice: found by ``_find_invoice`` for this very person
        :param problem: one of ``_get_problems``
        :param chosen: the one line it is about
        :returns: ``(case with sudo or none, whether it is new, page, {name: sentence})``
        """
        draft = self._open_draft(self._get_problem_key(invoice))
        page = self._get_problem_form(partner, invoice, problem, chosen, form)
        draft.typed = {
            **{row["name"]: row["typed"] for row in page["rows"]},
            "amount": page["amount"],
            "text": page["text"],
        }
        refused = self._add_files(draft, uploads, dropped)
        rows, errors = self._read_problem(invoice, page)
        if refused:
            errors["files"] = " ".join(refused)
        once = clean_text(form.get("once"))[:LONGEST_LINE]
        if known := self._find_reported(page, chosen):
            note = self._find_draft(f"sent-{once}") if once else None
            if note and (note.typed or {}).get("case") == known.id:
                draft._discard()
                return known, True, page, {}
            self._go_on_with(known, draft, page["text"])
            return known, False, page, {}
        if errors:
            return self._get_cases().browse(), False, page, errors
        note, is_first = self._take_once(once)
        if not is_first:
            draft._discard()
            made = self._find_case(partner, (note.typed or {}).get("case", 0))
            return made, True, page, {}
        made = self._make_problem_case(
            partner, invoice, problem, rows, page["text"], draft
        )
        if note:
            note.typed = {"case": made.id}
        return made, True, page, {}

    @api.model
    def _find_reported(self, page, chosen):
        """Return the open case of all that a form is about, if the person sees it."""
        if page["asks"] == ASKS_TERMS:
            found = [page["reported"].get(self.env["account.move.line"])]
        else:
            rows = page["rows"]
            is_all = all(row["reported"] for row in rows)
            meant = [row for row in rows if row["typed"].strip() or chosen or is_all]
            found = [row["reported"] for row in meant]
        cases = [one["case"] for one in found if one]
        same = bool(cases) and len(cases) == len(found) and len(set(cases)) == 1
        return cases[0] if same else self._get_cases().browse()

    @api.model
    def _go_on_with(self, case, draft, text):
        """Put what was typed and sent into the reply to the case that is open already."""
        reply = self._open_draft(self._get_reply_key(case.id))
        if text.strip():
            reply.typed = {"message": text.strip()}
        draft.file_ids.write({"res_model": reply._name, "res_id": reply.id})
        reply.file_ids |= draft.file_ids
        draft.file_ids = False
        draft._discard()

    # === The case === #

    @api.model
    def _make_problem_case(self, partner, invoice, problem, rows, text, draft):
        case_type = problem.type_id
        vals = self._prepare_report(partner, case_type) | {
            "company_id": invoice.company_id.id,
            "channel": CHANNEL_PORTAL,
            "name": self._get_problem_title(invoice, problem, rows),
            "description": self._get_problem_text(invoice, rows, text),
            "properties": self._prepare_own_fields(invoice, problem, rows),
        }
        case = self._get_cases().create(vals)
        self.env["aftersales.reported.line"]._note(case, invoice, rows)
        is_held = self._ask_for_hold(case, invoice, problem, rows)
        if problem.asks == ASKS_GOODS and not is_held:
            self._add_billed_goods(case, invoice, rows)
        if draft.file_ids:
            self._post(partner, case, "", draft.file_ids)
        draft._discard()
        return case

    @api.model
    def _get_problem_title(self, invoice, problem, rows):
        ids = [row["line_id"] for row in rows]
        lines = invoice.invoice_line_ids.filtered(lambda line: line.id in ids)
        about = self._get_line_label(lines) if len(lines) == 1 else invoice.name
        return f"{problem.name}: {about}"[:LONGEST_TITLE]

    @api.model
    def _prepare_own_fields(self, invoice, problem, rows):
        """Return answers to the own fields that the shipped types have for it.

        A type without such a field has it in the description alone.
        """
        row = rows[0] if len(rows) == 1 else {}
        quantity = row.get("quantity")
        is_whole = problem.asks != ASKS_PRICE and quantity and quantity % 1 == 0
        known = {
            ("dispute_about", "selection"): problem.asks,
            ("invoice", "char"): invoice.name,
            ("price_agreed", "float"): row.get("price_agreed"),
            ("quantity", "integer"): int(quantity) if is_whole else None,
        }
        result = {}
        for item in problem.type_id.properties_definition or ():
            value = known.get((item["name"], item["type"]))
            options = [key for key, _label in item.get("selection") or ()]
            if value is not None and (not options or value in options):
                result[item["name"]] = value
        return result

    @api.model
    def _add_billed_goods(self, case, invoice, rows):
        """Let the case be about what the lines bill, by product: nobody knows more."""
        quantities = {row["line_id"]: row["quantity"] for row in rows}
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.product_id and line.id in quantities
        )
        if lines:
            case.line_ids = [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "quantity": line.product_uom_id._compute_quantity(
                            quantities[line.id], line.product_id.uom_id, round=False
                        ),
                    }
                )
                for line in lines
            ]

    # === The payment === #

    @api.model
    def _ask_for_hold(self, case, invoice, problem, rows):
        """Ask that the invoice is not dunned for what is disputed.

        :returns: whether somebody took note of it
        """
        vals = self._prepare_hold(invoice, problem, rows)
        if not vals:
            return False
        try:
            return bool(case._request_hold(vals))
        except UserError as error:
            # The report counts all the same; who works on it reads why nothing is held.
            case._message_log(
                body=self.env._("The invoice is not held: %s", error.args[0])
            )
            return False

    @api.model
    def _prepare_hold(self, invoice, problem, rows):
        """Return what the hook is asked for: goods by lines, else an amount.

        Nothing is asked for where nothing is open, or what is wrong costs nothing.
        """
        currency, amounts = invoice.currency_id, [row["amount"] for row in rows]
        is_whole = None in amounts
        total = invoice.amount_total if is_whole else currency.round(sum(amounts))
        if (
            currency.compare_amounts(invoice.amount_residual, 0) <= 0
            or currency.compare_amounts(total, 0) <= 0
        ):
            return {}
        vals = {"move_id": invoice.id}
        if problem.asks == ASKS_GOODS:
            vals["lines"] = [(row["line_id"], row["quantity"]) for row in rows]
        elif not is_whole:
            vals["amount"] = min(total, invoice.amount_total)
        return vals

    @api.model
    def _get_portal_blocks(self, case, partner):
        """Tell the customer, and nobody else, what comes of paying meanwhile."""
        blocks = super()._get_portal_blocks(case, partner)
        if case.partner_id.commercial_partner_id != partner.commercial_partner_id:
            return blocks
        notes = case._get_payment_notes()
        if notes:
            body = self.env["ir.qweb"]._render(
                "aftersales_portal.portal_case_payment", {"notes": notes}
            )
            blocks = [*blocks, (10, body)]
        return blocks

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import format_date
from odoo.tools.sql import escape_psql

from ...const import LONGEST_LINE
from ...engine import answers
from ...engine.answers import AnswerError
from ...engine.goods import GoodsKey, read_key
from ...engine.texts import clean_text

# So many are offered at once, and chosen at most.
MOST_OFFERED = 15
MOST_CHOSEN = 40
GOODS_CODES = ("outgoing", "dropship")


class AftersalesPortalService(models.AbstractModel):
    """Goods of a new case: picked from what the customer got, with their quantities.

    Found by product, delivery, invoice or serial number, and checked against what was
    delivered. ``_get_customer_goods_domain`` says which products may be picked at all.
    """

    _inherit = "aftersales.portal.service"

    # === Finding === #

    @api.model
    def _get_delivered_domain(self, partner, company):
        """Return the domain of the lines of deliveries that a customer got."""
        customer = partner.commercial_partner_id
        return (
            Domain("picking_id.partner_id.commercial_partner_id", "=", customer.id)
            & Domain("picking_code", "in", GOODS_CODES)
            & Domain("state", "=", "done")
            & Domain("company_id", "=", company.id)
            & Domain("product_id", "any", self._get_customer_goods_domain(partner))
        )

    @api.model
    def _get_billed_domain(self, partner, company):
        """Return the domain of the lines of invoices that a customer got."""
        customer = partner.commercial_partner_id
        return (
            Domain("move_id.commercial_partner_id", "=", customer.id)
            & Domain("move_id.move_type", "=", "out_invoice")
            & Domain("parent_state", "=", "posted")
            & Domain("company_id", "=", company.id)
        )

    @api.model
    def _find_goods(self, partner, company, search=""):
        """Return ``([piece], whether there are more)``, the latest deliveries first.

        What was billed, but never delivered, stands behind them.

        :param search: part of the name or number of a product, or of a delivery, an
            invoice or a serial number
        """
        # sudo: what the customer has got; it is only listed for himself
        moves, products = (
            self.env["stock.move"].sudo(),
            self.env["product.product"].sudo(),
        )
        delivered = self._get_delivered_domain(partner, company)
        part = escape_psql(search)
        named = self._get_named_domain(part)
        if search:
            billed = self._get_billed_products(partner, company, part)
            delivered &= (
                Domain("product_id", "any", named)
                | Domain("picking_id.name", "ilike", part)
                | Domain("picking_id.origin", "ilike", part)
                | Domain("move_line_ids.lot_id.name", "ilike", part)
                | Domain("product_id", "in", billed.ids)
            )
            named |= Domain("id", "in", billed.ids)
        found = moves.search(
            delivered, order="date desc, id desc", limit=MOST_OFFERED + 1
        )
        pieces = self._get_pieces(found)
        by_lot = [
            piece
            for piece in pieces
            if search and search.lower() in (piece["lot"].name or "").lower()
        ]
        pieces = by_lot or pieces
        if len(pieces) <= MOST_OFFERED:
            everywhere = self._get_delivered_domain(partner, company)
            got = [
                product.id
                for (product,) in moves._read_group(everywhere, ["product_id"])
            ]
            others = products.search(
                self._get_customer_goods_domain(partner)
                & named
                & Domain("id", "not in", got),
                limit=MOST_OFFERED + 1 - len(pieces),
            )
            pieces += [self._get_product_piece(product) for product in others]
        return pieces[:MOST_OFFERED], len(pieces) > MOST_OFFERED

    @api.model
    def _get_named_domain(self, part):
        if not part:
            return Domain.TRUE
        return Domain("name", "ilike", part) | Domain("default_code", "ilike", part)

    @api.model
    def _get_billed_products(self, partner, company, part):
        """Return the products of the invoices whose number has a part."""
        # sudo: as in _find_goods
        lines = self.env["account.move.line"].sudo()
        found = lines.search_fetch(
            self._get_billed_domain(partner, company)
            & Domain("move_id.name", "ilike", part)
            & Domain("product_id", "!=", False),
            ["product_id"],
            limit=MOST_CHOSEN,
        )
        return found.product_id

    @api.model
    def _browse_goods(self, partner, company, typed):
        """Return the pieces that a form names, of those that the customer may pick."""
        keys = [read_key(one) for one in typed[:MOST_CHOSEN]]
        keys = list(dict.fromkeys(filter(None, keys)))
        # sudo: as in _find_goods
        moves, products = (
            self.env["stock.move"].sudo(),
            self.env["product.product"].sudo(),
        )
        ids = [key.move for key in keys if key.move]
        domain = self._get_delivered_domain(partner, company)
        found = moves.search(domain & Domain("id", "in", ids)) if ids else moves
        pieces = {piece["key"]: piece for piece in self._get_pieces(found)}
        ids = [key.product for key in keys if key.product]
        domain = self._get_customer_goods_domain(partner)
        for product in products.search(domain & Domain("id", "in", ids)) if ids else ():
            piece = self._get_product_piece(product)
            pieces[piece["key"]] = piece
        return [pieces[str(key)] for key in keys if str(key) in pieces]

    # === Pieces === #

    @api.model
    def _get_pieces(self, moves):
        """Return what some lines of deliveries delivered, lot by lot, in their order."""
        goods = self._get_cases()._get_slip_goods(moves.picking_id)
        rows = [row for slip in moves.picking_id for row in goods.get(slip, ())]
        place = {move: number for number, move in enumerate(moves)}
        rows = sorted(
            (row for row in rows if row[0] in place), key=lambda r: place[r[0]]
        )
        return [
            {
                "key": str(GoodsKey(move=move.id, lot=lot.id or 0)),
                "product": product,
                "lot": lot,
                "move": move,
                "most": quantity,
                "label": product.display_name,
                "detail": self._get_piece_detail(move, lot),
                "unit": product.uom_id.name,
                "is_single": lot and product.tracking == "serial",
            }
            for move, product, lot, quantity in rows
        ]

    @api.model
    def _get_piece_detail(self, move, lot):
        day = format_date(self.env, move.date)
        if lot:
            return self.env._(
                "No. %(lot)s, delivered on %(day)s with %(slip)s",
                lot=lot.name,
                day=day,
                slip=move.picking_id.name,
            )
        return self.env._(
            "Delivered on %(day)s with %(slip)s", day=day, slip=move.picking_id.name
        )

    @api.model
    def _get_product_piece(self, product):
        """Return goods of which no delivery is known: nothing says how many there are."""
        return {
            "key": str(GoodsKey(product=product.id)),
            "product": product,
            "lot": self.env["stock.lot"],
            "move": self.env["stock.move"],
            "most": None,
            "label": product.display_name,
            "detail": "",
            "unit": product.uom_id.name,
            "is_single": False,
        }

    # === Asking === #

    @api.model
    def _ask_goods(self, partner, case, question, form=None, typed=None):
        """Return the question about goods, with what can be picked and what is picked.

        :param form: ``MultiDict`` of the request
        :param typed: what the draft says, where there is no form
        """
        typed = (form if form is not None else typed) or {}
        chosen = self._get_chosen(typed)
        picked = self._browse_goods(partner, case.company_id, chosen)
        search = question["search"]
        offered, has_more = self._find_goods(partner, case.company_id, search)
        known = {piece["key"] for piece in picked}
        pieces = picked + [piece for piece in offered if piece["key"] not in known]
        for piece in pieces:
            piece["amount_name"] = f"quantity-{piece['key']}"
            amount = clean_text(typed.get(piece["amount_name"])).strip()
            piece["typed"] = amount[: LONGEST_LINE + 1]
            piece["chosen"] = piece["key"] in known
            piece["all"] = self._format_number(piece["most"] or 1)
        return question | {
            "kind": answers.GOODS,
            "options": [(piece["key"], piece["label"]) for piece in pieces],
            "pieces": pieces,
            "unknown": [key for key in chosen if key not in known],
            "has_more": has_more,
            "wanted": [],
        }

    @api.model
    def _search_goods(self, partner, case_type, form):
        """Return the question about goods for the page that searches while one types.

        :returns: as in the form of a new case; None where goods are not asked
        """
        case = self._get_cases().new(self._prepare_report(partner, case_type))
        asked = self._get_asked(partner, case, form, {})
        return next((one for one in asked if one["kind"] == answers.GOODS), None)

    @api.model
    def _get_chosen(self, typed):
        """Return the keys that are ticked, or have a quantity."""
        if hasattr(typed, "getlist"):
            ticked = typed.getlist("product_ids")
        else:
            ticked = typed.get("product_ids") or []
        told = [
            name.removeprefix("quantity-")
            for name in typed
            if name.startswith("quantity-") and clean_text(typed[name]).strip()
        ]
        keys = [clean_text(one)[:LONGEST_LINE] for one in (*ticked, *told)]
        return list(dict.fromkeys(keys))[:MOST_CHOSEN]

    @api.model
    def _get_typed_amounts(self, question):
        """Return ``{name: text}`` of the quantities typed, for the draft."""
        return {
            piece["amount_name"]: piece["typed"]
            for piece in question["pieces"]
            if piece["typed"]
        }

    @api.model
    def _get_said_with_goods(self, case, asked):
        """Return the keys that need no question where goods are picked.

        :param asked: keys of what a form asks, or a page shows
        """
        return case.type_id.field_rule_ids._origin._get_said_with_goods(asked)

    # === Reading === #

    @api.model
    def _read_goods(self, question):
        """Return ``(ids of products as texts, error)``; ``wanted`` says which, how many."""
        question["wanted"] = wanted = []
        if question["unknown"]:
            return None, self.env._(
                "%s: choose among what you got of us.", question["label"]
            )
        error = None
        for piece in question["pieces"]:
            piece["error"] = None
            if not piece["chosen"]:
                continue
            quantity, piece["error"] = self._read_amount(piece)
            error = error or piece["error"]
            wanted.append((piece, quantity))
        if error:
            return None, error
        products = dict.fromkeys(str(piece["product"].id) for piece, _much in wanted)
        return list(products) or None, None

    @api.model
    def _read_amount(self, piece):
        """Return ``(quantity, error)``; nothing typed means all, of a product alone one."""
        most, unit = piece["most"], piece["product"].uom_id
        if piece["is_single"] or not piece["typed"]:
            return most or 1, None
        try:
            quantity = answers.read(answers.NUMBER, piece["typed"])
        except AnswerError:
            quantity = 0
        is_right = unit.compare(quantity, 0) > 0 and (
            most is None or unit.compare(quantity, most) <= 0
        )
        if is_right:
            return quantity, None
        if most is None:
            return None, self.env._("%s: enter more than 0.", piece["label"])
        return None, self.env._(
            "%(line)s: enter more than 0 and at most %(most)s.",
            line=piece["label"],
            most=f"{piece['all']} {piece['unit']}",
        )

    @api.model
    def _prepare_goods(self, question, known):
        """Return values of a case that is about the goods of a question.

        The delivery becomes the slip of the case where all of them came with one, and
        no number of a slip is known.
        """
        wanted = question["wanted"]
        vals = {
            "line_ids": [
                Command.create(self._prepare_goods_line(piece, quantity, place))
                for place, (piece, quantity) in enumerate(wanted, start=1)
            ]
        }
        slips = {piece["move"].picking_id for piece, _quantity in wanted}
        is_free = not known.get("slip_number")
        if is_free and len(slips) == 1 and (slip := slips.pop()):
            vals["picking_id"] = slip.id
        return vals

    @api.model
    def _prepare_goods_line(self, piece, quantity, place):
        if not piece["move"]:
            vals = {"product_id": piece["product"].id}
        else:
            row = (piece["move"], piece["product"], piece["lot"], piece["most"])
            [vals] = self._get_cases()._prepare_goods_vals([row])
        return vals | {"quantity": quantity, "sequence": place}

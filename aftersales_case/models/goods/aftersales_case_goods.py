from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools.mail import html2plaintext

from ...const import HANDOVERS
from ...engine.hints import find_documents
from ...engine.slips import slip_key
from .aftersales_case_slip import MOST_SLIPS

# As many are looked at to find those of one customer among them.
MOST_NAMED = 200


class AftersalesCase(models.Model):
    """The goods of a case: taken from its slip, moved when it is merged or split."""

    _inherit = "aftersales.case"

    line_ids = fields.One2many("aftersales.case.line", "case_id", "Goods")
    handover = fields.Selection(
        HANDOVERS,
        "Pick-up or Shipping",
        copy=False,
        tracking=True,
        help="How the customer gets his goods back.",
    )
    goods_text = fields.Char(
        "Goods Concerned",
        compute="_compute_goods_text",
        help="What the lines under Goods say of this case.",
    )

    @api.depends(
        "line_ids.concerned",
        "line_ids.product_id",
        "line_ids.lot_id",
        "line_ids.quantity",
        "product_ids",
    )
    @api.depends_context("lang")
    def _compute_goods_text(self):
        """Say of what the case is by its lines; products without a line come after."""
        for case in self:
            lines = case.line_ids.filtered("concerned")
            names = [line._get_words() for line in lines]
            others = case.product_ids._origin - case.line_ids.product_id._origin
            names += others.mapped("display_name") if names else []
            case.goods_text = ", ".join(names) or False

    # === Taking over === #

    def _take_slips(self, slips, note=True):
        """Tie cases to their slips, and fill in what is empty there. Called with sudo.

        :param slips: ``{case: slip}``
        :param note: say so in the chatter
        """
        if not slips:
            return
        with self.browse().union(*slips)._taking_slips() as cases:
            for case in cases:
                slip, name = slips[case], self._get_slip_field(slips[case])
                if case[name] != slip:
                    case.with_context(mail_notrack=True)[name] = slip
                    case._note_goods()
            cases._make_slip_lines()
            suppliers = cases._guess_suppliers()
            for case in cases:
                values = case._get_new_slip_values(slips[case], suppliers)
                if not case.slip_number:
                    values["slip_number"] = slips[case].name
                if values:
                    case.with_context(mail_notrack=True).write(case._to_vals(values))
        if note:
            cases._message_log_batch(
                {case.id: case._get_slip_note(slip) for case, slip in slips.items()}
            )

    def _get_slip_note(self, slip):
        self.ensure_one()
        if not slip._is_slip_done():
            return self.env._(
                "Delivery slip %s found. Its goods follow when it is delivered.",
                slip.name,
            )
        return self.env._("Data taken from delivery slip %s.", slip.name)

    def _make_slip_lines(self):
        """Add what the slips of these cases gave the customer, each slip once."""
        slips = {}
        for case in self:
            slip = case._get_slip()
            if slip._is_slip_done() and slip not in slip._get_slips_of(case.line_ids):
                slips[case] = slip
        return self.env["aftersales.case.line"].create(
            [
                vals | {"case_id": case.id}
                for case, rows in self._prepare_slip_lines(slips).items()
                for vals in rows
            ]
        )

    @api.model
    def _prepare_slip_lines(self, slips):
        """Hook: return ``{case: [values]}`` of the lines that cases take from slips.

        :param slips: ``{case: slip}``; the core knows deliveries
        """
        no_slips = self.env["stock.picking"]
        pickings = {c: s for c, s in slips.items() if s._name == no_slips._name}
        goods = self._get_slip_goods(no_slips.union(*pickings.values()))
        return {
            case: self._prepare_goods_vals(goods.get(slip, ()))
            for case, slip in pickings.items()
        }

    def _get_slip_goods(self, slips):
        """Return ``{slip: [(move, product, lot, quantity)]}``: what was delivered.

        Quantities are in the products' own units.
        """
        # sudo: an agent need not see the stock
        rows = (
            self.env["stock.move.line"]
            .sudo()
            ._read_group(
                Domain("move_id.picking_id", "in", slips.ids)
                & Domain("state", "=", "done")
                & Domain("quantity", ">", 0),
                ["move_id", "product_id", "lot_id"],
                ["quantity_product_uom:sum"],
                order="move_id, lot_id",
            )
        )
        goods = {}
        for row in rows:
            goods.setdefault(row[0].picking_id, []).append(row)
        return goods

    @api.model
    def _prepare_goods_vals(self, goods):
        """Hook: return the values of the lines made of what one slip delivered."""
        return [
            {
                "picking_id": move.picking_id.id,
                "move_id": move.id,
                "product_id": product.id,
                "lot_id": lot.id,
                "sequence": place,
                "delivered": quantity,
                "quantity": quantity,
            }
            for place, (move, product, lot, quantity) in enumerate(goods, start=1)
        ]

    def _prepare_slip_vals(self, slip):
        """Hook: return ``{field: records}``, what a slip says of a case.

        :param slip: delivery, or another document that it names; read with sudo
        """
        self.ensure_one()
        partner, customer = slip._get_slip_contact(), slip._get_slip_customer()
        owner = self._get_slip_owner() or customer
        person = partner.type == "contact" and not partner.is_company
        contact = person and partner != customer and partner.parent_id
        return {
            "partner_id": customer,
            "contact_id": partner
            if contact and partner.commercial_partner_id == owner
            else partner.browse(),
            "site_id": slip._get_slip_address(),
            "product_ids": (
                self._get_lines_of(slip).product_id or slip._get_slip_products()
            )._origin,
        }

    def _get_lines_of(self, slip):
        """Return the lines of this case that were taken from a slip."""
        return self.line_ids.filtered(
            lambda line: slip in slip._get_slips_of(line)._origin
        )

    def _get_new_slip_values(self, slip, suppliers=None):
        """Return what a slip adds to this case: only what nobody has entered."""
        self.ensure_one()
        values = self._prepare_slip_vals(slip.sudo())  # sudo: see _take_slips
        suppliers = self._guess_suppliers() if suppliers is None else suppliers
        values["supplier_id"] = suppliers.get(self)
        values = {k: new for k, new in values.items() if new and not self[k]}
        if values.keys() & {"partner_id", "contact_id"}:
            # Core would take them anew from the customer.
            values |= {k: self[k] for k in ("email", "phone") if self[k]}
        return values

    def _forget_slip(self, old, kept=()):
        """Let go what came from a slip that was wrong, but for what was changed since."""
        self.ensure_one()
        old = old._origin.sudo()  # sudo: see _take_slips
        values = self._prepare_slip_vals(old)
        values["supplier_id"] = self._guess_suppliers().get(self)
        same = {
            name: False
            for name, value in values.items()
            if name not in kept and value and self[name]._origin == value
        }
        lines = self._get_lines_of(old)
        if self._origin == self:
            with self._taking_slips() as case:
                case.write(self._to_vals(same))
                lines.with_env(case.env).unlink()
        else:
            self.update(self._to_vals(same))
            self.line_ids -= lines

    def _to_vals(self, values):
        """Return values to write of ``{field: records or value}``."""
        vals = {}
        for name, value in values.items():
            field = self._fields[name]
            if field.type == "many2many":
                vals[name] = [Command.set(value.ids if value else [])]
            else:
                vals[name] = value.id if value and field.relational else value
        return vals

    # === Mail, merge, split === #

    def _prepare_mail_vals(self, msg_dict, custom_values):
        """Take the number of the customer's slip from a mail that names just one."""
        vals = super()._prepare_mail_vals(msg_dict, custom_values)
        if vals.get("partner_id") and not vals.get("slip_number"):
            vals |= self._find_own_slip(msg_dict, vals)
        return vals

    @api.model
    def _find_own_slip(self, msg_dict, vals):
        """Return the number of the customer's one slip that his mail names.

        Of his own slips, what he quotes tells as well, if his own words do not.
        """
        # sudo: mail arrives on behalf of strangers
        partner = self.env["res.partner"].sudo().browse(vals["partner_id"])
        company = self.env["res.company"].browse(vals.get("company_id"))
        own_words = self.env["aftersales.intake"]._get_own_words(msg_dict)
        body = html2plaintext(msg_dict.get("body") or "")
        all_words = f"{msg_dict.get('subject') or ''}\n{body}"
        for text in dict.fromkeys((own_words, all_words)):
            slips = self._find_slips_in_text(
                text, company or self.env.company, partner.commercial_partner_id
            )
            if len(slips) > 1:
                break
            for slip in slips:
                return {"slip_number": slip.name}
        return {}

    @api.model
    def _find_slips_in_text(self, text, company, customer=None):
        """Return ``{slip: word}``: the slips that the words of a text name.

        A slip of that very number comes before those of an order of that number, and a
        delivery before an order.

        :param customer: whose slips, else anybody's
        :returns: slips as found with sudo; at most ``MOST_SLIPS``
        """
        numbers, kinds, domains = find_documents(text), {}, {}
        for name in self._get_slip_fields() if numbers else ():
            # sudo: mail arrives on behalf of strangers
            model = self.env[self._fields[name].comodel_name].sudo()
            domains[model._name] = own = {
                number: model._get_named_domain(number) for number in numbers
            }
            slips = model.search(
                Domain.OR(own.values())
                & Domain("company_id", "=", company.id)
                & model._get_slip_kind_domain(),
                limit=MOST_NAMED,
            )
            if customer:
                slips = slips.filtered(
                    lambda slip: slip._get_slip_customer() == customer
                )
            if slips:
                kinds[name] = slips
        if not kinds:
            return {}
        slips = next(iter(self._prefer_kinds(kinds, numbers).values()))
        domains = domains[slips._name]
        keys = {slip_key(number) for number in numbers}
        slips = slips.filtered(lambda slip: slip_key(slip.name) in keys) or slips
        return {
            slip: next(
                number for number in numbers if slip.filtered_domain(domains[number])
            )
            for slip in slips[:MOST_SLIPS]
        }

    def _move_parts_to(self, target):
        """Move the goods too; what both name stands there once, with the larger part."""
        res = super()._move_parts_to(target)
        known = {(line.move_id, line.lot_id): line for line in target.line_ids}
        with (self | target)._changing() as cases:
            for line in (cases - target).line_ids:
                same = line.move_id and known.get((line.move_id, line.lot_id))
                if not same:
                    line.case_id = target
                    continue
                if line.concerned and not same.concerned:
                    same.write({"concerned": True, "quantity": line.quantity})
                elif line.concerned and line.quantity > same.quantity:
                    same.quantity = line.quantity
                line.unlink()
            cases._note_goods()
        return res

    def _complete_survivor(self, survivor):
        """Keep the slip that only a merged case knew."""
        # What is only claimed goes on to no other case, where it would be taken.
        known = self.filtered(lambda case: not case._is_claimed())
        named = known.filtered("slip_number")[:1]
        if named and not survivor.slip_number:
            with survivor._taking_slips() as case:
                case.write(
                    {
                        "slip_number": named.slip_number,
                        **named._get_slip_vals(),
                    }
                )
        return super()._complete_survivor(survivor)

    def _prepare_split_vals(self):
        vals = super()._prepare_split_vals()
        if self._is_claimed():
            return vals
        return vals | {"slip_number": self.slip_number, **self._get_slip_vals()}

    def _get_slip_vals(self):
        """Return the values that name the slip of this case on another."""
        self.ensure_one()
        return {name: self[name].id for name in self._get_slip_fields()}

    def _split_off(self, vals, parts, as_child=True):
        """What the slip says is taken over with the parts, not looked up again."""
        with self._taking_slips() as case:
            new = super(AftersalesCase, case)._split_off(vals, parts, as_child)
        return new.with_env(self.env)

    def _move_split_parts(self, new, parts):
        """Move the goods chosen; the others stay, so that none stand on both cases."""
        res = super()._move_split_parts(new, parts)
        lines = parts.get("lines", self.line_ids.browse())
        lines.filtered(lambda line: line.case_id == self).write({"case_id": new.id})
        return res

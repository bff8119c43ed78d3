from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.const import (
    CLOSED_STATES,
    MOST_DAYS,
    PORTAL_ASKED,
    PORTAL_HIDDEN,
)

from ...const import OFFER_HIDDEN, OFFER_NEW, OFFER_SHOWN, OFFERS


class AftersalesCaseType(models.Model):
    """What customers see of the cases of a type, and in which words."""

    _inherit = "aftersales.case.type"

    portal_offer = fields.Selection(
        OFFERS,
        "Customers May",
        required=True,
        default=OFFER_HIDDEN,
        help="In the portal, as far as the field rules show or ask something.",
    )
    portal_word = fields.Char(
        "One of Them",
        translate=True,
        help="What customers call a case of this type; empty means the type's name.",
    )
    portal_words = fields.Char(
        "Several of Them",
        translate=True,
        help="Stands in the menu where customers see cases of no other type.",
    )
    portal_sentence = fields.Char(
        "When to Choose It",
        translate=True,
        help="Stands under the type where customers choose what to report; empty means"
        " the type's description.",
    )
    portal_thanks = fields.Text(
        "After Sending",
        translate=True,
        help="What a customer reads who has just reported a case, under its number.",
    )
    portal_problem_ids = fields.One2many(
        "aftersales.portal.problem",
        "type_id",
        "Problems with Invoices",
        copy=True,
        help="What customers choose among who report a problem with an invoice; they"
        " lead to a case of this type.",
    )
    portal_goods = fields.Boolean("Goods", default=True)
    portal_documents = fields.Boolean(
        "Documents",
        default=True,
        help="Deliveries, returns and invoices of the case, to the customer's own people.",
    )
    portal_files = fields.Boolean("Files", default=True)
    portal_timeline = fields.Boolean("Timeline", default=True)
    portal_promise = fields.Boolean(
        "Promised Date",
        default=True,
        help="Only dates that were promised to the customer; deadlines of ours never.",
    )
    portal_reply = fields.Boolean(
        "Replies", default=True, help="The customer writes messages and sends files."
    )

    portal_change = fields.Boolean(
        "Changes",
        default=True,
        help="The customer corrects the fields whose rule says *Editable*, until they"
        " are locked.",
    )
    portal_inform = fields.Boolean(
        "Informed Colleagues",
        default=True,
        help="The customer lets a colleague see his case, and gets him informed.",
    )
    portal_close = fields.Boolean(
        "Closing", default=True, help="The customer closes his own case, with a reason."
    )
    portal_close_stage_id = fields.Many2one(
        "aftersales.case.stage",
        "Goes To",
        domain="[('link_ids.type_id', '=', id),"
        " ('state', 'in', ('done', 'rejected', 'cancelled'))]",
        help="Where a case goes that its customer closes; empty means the first stage in"
        " state Cancelled. When that stage asks for something, the responsible is told"
        " instead.",
    )
    portal_rate = fields.Boolean(
        "Rating",
        help="When his case is done the customer is asked in the portal, and by mail an"
        " hour later, whether he is satisfied; once each time that it is closed.",
    )
    portal_reopen_days = fields.Integer(
        "Days to Reopen",
        default=14,
        help="How long the customer may open his closed case again; 0 means never.",
    )

    def _get_bounds(self, vals):
        return super()._get_bounds(vals) | {"portal_reopen_days": (0, MOST_DAYS)}

    @api.constrains("portal_close_stage_id", "link_ids")
    def _check_portal_close_stage_id(self):
        self._check_is_closing("portal_close_stage_id")

    def _check_is_closing(self, name):
        """Guard: a field of these types names a stage in which cases are closed.

        :raises ValidationError: naming field, stage and type
        """
        for case_type in self:
            stage = case_type[name]
            if stage and (
                stage not in case_type.link_ids.stage_id
                or stage.state not in CLOSED_STATES
            ):
                raise ValidationError(
                    self.env._(
                        "%(field)s: %(stage)s is no closing stage of type %(type)s."
                        " Choose another one.",
                        field=self._fields[name]._description_string(self.env),
                        stage=stage.name,
                        type=case_type.name,
                    )
                )

    def _get_portal_word(self):
        """Return what customers call one case of this type."""
        self.ensure_one()
        return self.portal_word or self.name

    def _guess_portal_offer(self):
        """Show what the field rules show customers, and offer what they ask them."""
        for case_type in self:
            rules = case_type.field_rule_ids.filtered("active")
            said = set(rules.mapped("portal"))
            if PORTAL_ASKED in said:
                case_type.portal_offer = OFFER_NEW
            elif said - {PORTAL_HIDDEN}:
                case_type.portal_offer = OFFER_SHOWN

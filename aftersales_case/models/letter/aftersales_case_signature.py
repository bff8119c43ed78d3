from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import package

REQUIRE_SIGNATURE = "signature"


class AftersalesCase(models.Model):
    """The signatures of a case, and the stages that ask for them."""

    _inherit = "aftersales.case"

    signature_ids = fields.One2many("aftersales.signature", "case_id", "Signatures")

    def _get_unmet_signature(self, asked):
        # sudo: signatures are counted, not shown
        rows = (
            self.env["aftersales.signature"]
            .sudo()
            ._read_group(
                [
                    ("case_id", "in", self.union(*asked.values()).ids),
                    ("purpose", "in", [r.signature_purpose for r in asked]),
                ],
                ["case_id", "purpose"],
            )
        )
        signed = {(case.id, purpose) for case, purpose in rows}
        return {
            requirement: cases.filtered(
                lambda case, r=requirement: (case.id, r.signature_purpose) not in signed
            )
            for requirement, cases in asked.items()
        }


class AftersalesRequirementMixin(models.AbstractModel):
    _inherit = "aftersales.requirement.mixin"

    signature_purpose = fields.Selection(
        selection=lambda self: self.env["aftersales.signature"]._get_purposes(),
        string="Signed For",
    )


class AftersalesStageRequirement(models.Model):
    """A stage asks that somebody has signed for something."""

    _inherit = "aftersales.stage.requirement"

    kind = fields.Selection(
        selection_add=[(REQUIRE_SIGNATURE, "A signature")],
        ondelete={REQUIRE_SIGNATURE: "cascade"},
    )

    @api.depends("signature_purpose")
    def _compute_name(self):
        return super()._compute_name()

    def _get_name(self):
        if self.kind != REQUIRE_SIGNATURE:
            return super()._get_name()
        labels = dict(self.env["aftersales.signature"]._get_purposes())
        purpose = labels.get(self.signature_purpose, self.signature_purpose or "")
        return self.env._("Signature: %s", purpose)

    @api.constrains("kind", "signature_purpose")
    def _check_signature_purpose(self):
        for requirement in self:
            asked = requirement.kind == REQUIRE_SIGNATURE
            if asked and not requirement.signature_purpose:
                raise ValidationError(
                    self.env._("Signed For: choose what the stage asks for.")
                )

    @api.model
    def _get_package_form(self):
        purposes = self.env["aftersales.signature"]._get_purposes()
        return super()._get_package_form() | {
            "signature_purpose": package.choice([key for key, _label in purposes])
        }

    def _export_package(self, point):
        values = super()._export_package(point)
        if self.signature_purpose:
            values["signature_purpose"] = self.signature_purpose
        return values

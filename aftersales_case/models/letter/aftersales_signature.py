import base64
import binascii
import hashlib
import io

from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import CHANNEL_HAND, SIGNED_AGREEMENT
from ..history import append_only

MOST_BYTES = 200 * 1024
MOST_PIXELS = 2000
# What reading no, or no modest, PNG raises.
NO_DRAWING = (
    binascii.Error,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)
SIGNED_PROTOCOL = "protocol"
SIGNED_WORK = "work"
SIGNED_OPEN_POINTS = "open_points"


class AftersalesSignature(models.Model):
    """Who signed what, when and from where; drawn, or typed by name.

    Append-only, for everyone and in the database: a signature that was wrong is followed
    by another one.
    Only the system adds one, by ``_sign``, after its caller has asked who signs.
    """

    _name = "aftersales.signature"
    _description = "Signature"
    _inherit = "aftersales.case.part"
    _order = "id desc"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="restrict"
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    purpose = fields.Char(required=True, readonly=True)
    purpose_label = fields.Char("Signed For", compute="_compute_purpose_label")
    name = fields.Char("Signed By", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    signed_at = fields.Datetime(
        "Signed On", required=True, readonly=True, default=fields.Datetime.now
    )
    channel = fields.Char(required=True, readonly=True, default=CHANNEL_HAND)
    channel_label = fields.Char("Via", compute="_compute_channel_label")
    address = fields.Char("Network Address", readonly=True)
    image = fields.Binary(
        "Drawing",
        attachment=False,
        readonly=True,
        help="A PNG; empty when the name was typed.",
    )
    is_typed = fields.Boolean("Typed", compute="_compute_is_typed")
    digest = fields.Char(
        "SHA-256", required=True, readonly=True, help="Of what was signed."
    )

    # The gate asks for the signatures of a case.
    _case_idx = models.Index("(case_id, purpose)")

    def init(self):
        super().init()
        append_only.guard(
            self.env.cr, self._table, "aftersales_signature", "Signatures are"
        )

    @api.depends("purpose")
    @api.depends_context("lang")
    def _compute_purpose_label(self):
        labels = dict(self._get_purposes())
        for signature in self:
            signature.purpose_label = labels.get(signature.purpose, signature.purpose)

    @api.depends("channel")
    @api.depends_context("lang")
    def _compute_channel_label(self):
        labels = self.env["aftersales.case"]._get_channels()
        for signature in self:
            signature.channel_label = labels.get(signature.channel, signature.channel)

    @api.depends("image")
    def _compute_is_typed(self):
        for signature in self.with_context(bin_size=True):
            signature.is_typed = not signature.image

    @api.model
    def _get_purposes(self):
        """Hook: return ``[(key, label)]`` of what is signed."""
        return [
            (SIGNED_AGREEMENT, self.env._("Agreement")),
            (SIGNED_PROTOCOL, self.env._("Protocol")),
            (SIGNED_WORK, self.env._("Work done")),
            (SIGNED_OPEN_POINTS, self.env._("Open points")),
        ]

    @api.model
    def _sign(self, record, purpose, signed, name, **vals):
        """Add a signature under a record of a case.

        :param record: the case, or a record with a ``case_id``
        :param purpose: key of ``_get_purposes``
        :param signed: bytes of what was signed, as it was shown
        :param name: who signed
        :param vals: partner_id, channel, address, image (PNG as base64)
        :returns: the signature, with sudo
        :raises ValidationError: one sentence that names the field
        """
        record.ensure_one()
        case = record if record._name == "aftersales.case" else record.case_id
        # sudo: only the system adds one; the caller has asked who signs
        return self.sudo().create(
            vals
            | {
                "case_id": case.id,
                "res_model": record._name,
                "res_id": record.id,
                "purpose": purpose,
                "name": (name or "").strip(),
                "digest": hashlib.sha256(signed).hexdigest(),
            }
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                raise ValidationError(self.env._("Signed By: write your name."))
            if vals.get("image"):
                self._check_image(vals["image"])
        return super().create(vals_list)

    def _check_image(self, image):
        """Guard: a drawing is a PNG of modest size, and nothing that only says so.

        :raises ValidationError: naming the field and what is allowed
        """
        try:
            content = base64.b64decode(image, validate=True)
            if len(content) > MOST_BYTES:
                raise ValueError("too many bytes")
            with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
                if max(picture.size) > MOST_PIXELS:
                    raise ValueError("too many pixels")
                picture.verify()  # Odoo lets damaged images be loaded
        except NO_DRAWING as error:
            raise ValidationError(
                self.env._(
                    "Drawing: sign with a PNG image of at most 200 kB and 2,000 pixels"
                    " a side."
                )
            ) from error

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("Signatures are never changed. Ask for another one instead.")
        )

    def unlink(self):  # pylint: disable=method-required-super
        message = self.env._("Signatures are never deleted.")
        raise UserError(message)  # pylint: disable=no-raise-unlink

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import (
    INTAKE_ADDED,
    INTAKE_CASE,
    INTAKE_REFUSED,
)
from odoo.addons.aftersales_case.engine.own_fields import spell

from ...const import ANY_ORIGIN, MOST_ARRIVALS, MOST_BYTES, MOST_FILES
from ...engine.texts import read_origin

KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LONGEST_KEY = 40
MEGABYTE = 1024 * 1024
# How many refusals the form of a channel shows.
LATEST = 10


class AftersalesChannel(models.Model):
    """A way by which forms of websites and programs of others report cases.

    What it takes and from where stands here; what is asked, the field rules of its types
    say. Everything that arrives has a row in the intake.
    """

    _name = "aftersales.channel"
    _description = "Web Channel"
    _inherit = ["aftersales.staying.mixin", "aftersales.bounded.mixin"]
    _order = "name, id"
    _check_company_auto = True
    _bounds = {
        "most_an_hour": (1, MOST_ARRIVALS),
        "most_of_one": (1, MOST_ARRIVALS),
        "most_files": (0, MOST_FILES),
        "most_megabytes": (1, MOST_BYTES // MEGABYTE),
    }

    name = fields.Char(required=True)
    key = fields.Char(
        "Name in the Address",
        required=True,
        copy=False,
        help="Small letters, digits and hyphens. Whoever uses the channel calls it by"
        " this name; changing it stops the forms that do.",
    )
    active = fields.Boolean(
        default=True, help="A closed channel takes nothing, and says so."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Case Types",
        required=True,
        check_company=True,
        help="What can be reported here. With one type nobody has to name it.",
    )
    lang = fields.Selection(
        selection="_get_languages",
        string="Language",
        required=True,
        default=lambda self: self.env.lang or "en_US",
        help="For visitors whose browser asks for none of our languages.",
    )
    origins = fields.Text(
        "Allowed Websites",
        help="One address a line, such as https://www.example.com. Browsers on other"
        " pages are refused; * allows every page.",
    )
    most_an_hour = fields.Integer(
        "Reports an Hour",
        default=200,
        help="More than this are refused until the hour is over. Strangers, and who"
        " shows a token, are counted apart.",
    )
    most_of_one = fields.Integer(
        "From One Address",
        default=20,
        help="Reports an hour from the same internet address.",
    )
    most_files = fields.Integer("Files", default=5, help="Of one report.")
    most_megabytes = fields.Integer(
        "Megabytes", default=20, help="Of one report, with its files."
    )
    address = fields.Char(compute="_compute_address")

    accepted_count = fields.Integer("Became Cases", compute="_compute_counts")
    claimed_count = fields.Integer("To Confirm", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    last_refused_at = fields.Datetime("Last Refused On", compute="_compute_counts")
    refused_ids = fields.Many2many(
        "aftersales.intake", string="Refused Lately", compute="_compute_refused_ids"
    )

    _key_uniq = models.Constraint(
        "UNIQUE(key)", "Another channel has this name in its address. Choose another."
    )

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    # === Computes === #

    @api.depends("key")
    def _compute_address(self):
        for channel in self:
            base = channel.get_base_url()
            channel.address = channel.key and f"{base}/aftersales/v1/{channel.key}"

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        Intake = self.env["aftersales.intake"]
        rows = Intake._read_group(
            Domain("channel_id", "in", self._origin.ids),
            ["channel_id", "state"],
            ["__count", "received_at:max"],
        )
        claims = Intake._read_group(
            Domain("channel_id", "in", self._origin.ids)
            & Domain("claim_reason", "!=", False),
            ["channel_id"],
            ["__count"],
        )
        claimed = {channel.id: count for channel, count in claims}
        counts = {(channel.id, state): (n, at) for channel, state, n, at in rows}
        nothing = (0, False)
        for channel in self:
            refused = counts.get((channel._origin.id, INTAKE_REFUSED), nothing)
            channel.refused_count, channel.last_refused_at = refused
            channel.accepted_count = sum(
                counts.get((channel._origin.id, state), nothing)[0]
                for state in (INTAKE_CASE, INTAKE_ADDED)
            )
            channel.claimed_count = claimed.get(channel._origin.id, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_refused_ids(self):
        for channel in self:
            # Shown in the form only: of one channel at a time.
            channel.refused_ids = self.env["aftersales.intake"].search(
                [
                    ("channel_id", "=", channel._origin.id),
                    ("state", "=", INTAKE_REFUSED),
                ],
                limit=LATEST,
            )

    @api.onchange("name")
    def _onchange_name(self):
        """Propose a name in the address."""
        self.key = self.key or spell(self.name, "-", LONGEST_KEY)

    # === Checks === #

    @api.constrains("key")
    def _check_key(self):
        for channel in self:
            if not KEY.fullmatch(channel.key):
                raise ValidationError(
                    self.env._(
                        "Name in the Address: use small letters, digits and hyphens"
                        " only, at most 40, such as “website”."
                    )
                )

    @api.constrains("type_ids")
    def _check_type_ids(self):
        for channel in self:
            if not channel.type_ids:
                raise ValidationError(
                    self.env._("Case Types: choose what can be reported here.")
                )

    @api.constrains("origins")
    def _check_origins(self):
        for channel in self:
            for line in channel._get_origin_lines():
                if line != ANY_ORIGIN and not read_origin(line):
                    raise ValidationError(
                        self.env._(
                            "Allowed Websites: “%s” is no address of a website. Write"
                            " it as https://www.example.com.",
                            line,
                        )
                    )

    def _get_origin_lines(self):
        return (self.origins or "").split()

    def _is_open(self):
        """Say whether this channel takes reports: it and what it belongs to are in use."""
        self.ensure_one()
        types = self.type_ids.filtered("active")
        return self.active and self.company_id.active and bool(types)

    def _allows_origin(self, origin):
        """Say whether browsers may report from a website.

        :param origin: as browsers name it: ``https://www.example.com``
        """
        self.ensure_one()
        lines = self._get_origin_lines()
        known = {read_origin(line) for line in lines if line != ANY_ORIGIN}
        return ANY_ORIGIN in lines or read_origin(origin) in known - {None}

    # === Actions === #

    def action_open_arrivals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_case.aftersales_intake_action"
        )
        return action | {
            "name": self.name,
            "domain": [("channel_id", "=", self.id)],
            "context": {},
        }

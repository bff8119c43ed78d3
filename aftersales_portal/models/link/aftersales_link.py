from datetime import timedelta

from odoo import api, fields, models

from ...engine.links import digest, make_secret

LINK_URL = "/aftersales/l"
LINK_OPEN, LINK_USED = "open", "used"
LINK_EXPIRED, LINK_REVOKED = "expired", "revoked"
# How long colleagues read which links there were.
KEPT = timedelta(days=180)
MOST_LINKS = 1000


class AftersalesLink(models.Model):
    """A link by which one receiver reaches a record without a log-in.

    Only the service of the portal finds one, by its secret; of that the digest is kept,
    so that nobody who reads this table can open anything.
    """

    _name = "aftersales.link"
    _description = "Link of a Receiver"
    _inherit = "aftersales.case.part"
    _order = "id desc"
    _rec_name = "purpose_label"

    case_id = fields.Many2one(
        "aftersales.case",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty for records of no case.",
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    purpose = fields.Char(required=True, readonly=True)
    purpose_label = fields.Char("Link For", compute="_compute_purpose_label")
    partner_id = fields.Many2one(
        "res.partner", "Receiver", readonly=True, ondelete="cascade"
    )
    email = fields.Char("Sent To", readonly=True)
    digest = fields.Char(
        "SHA-256", required=True, readonly=True, groups="base.group_system"
    )
    is_reusable = fields.Boolean("Acts More Than Once", readonly=True)
    expires_at = fields.Datetime("Expires On", required=True, readonly=True)
    used_at = fields.Datetime("Used On", readonly=True)
    last_used_at = fields.Datetime(
        "Last Use", readonly=True, help="Opening the page is no use; sending it is."
    )
    revoked_at = fields.Datetime("Revoked On", readonly=True)
    state = fields.Selection(
        [
            (LINK_OPEN, "Open"),
            (LINK_USED, "Used"),
            (LINK_EXPIRED, "Expired"),
            (LINK_REVOKED, "Revoked"),
        ],
        compute="_compute_state",
    )

    _digest_uniq = models.UniqueIndex("(digest)", "This link is there already.")
    # Old links are found by when they expired.
    _expires_idx = models.Index("(expires_at)")

    @api.depends("purpose", "res_model")
    @api.depends_context("lang")
    def _compute_purpose_label(self):
        for link in self:
            model = link._get_model()
            known = {} if model is None else model._get_link_purposes()
            known = known.get(link.purpose)
            link.purpose_label = known.label if known else link.purpose

    @api.depends("is_reusable", "used_at", "expires_at", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for link in self:
            if link.revoked_at:
                link.state = LINK_REVOKED
            elif link.used_at and not link.is_reusable:
                link.state = LINK_USED
            elif link.expires_at <= now:
                link.state = LINK_EXPIRED
            else:
                link.state = LINK_OPEN

    def _is_open(self):
        """Say whether this link, if it is one, opens something; no query is made."""
        return bool(self) and self.state == LINK_OPEN

    # === Life === #

    @api.model
    def _make(self, record, purpose, partner, valid, address, secret=None, **vals):
        """Return the address of a new link; who may have one, the caller has asked.

        :param record: with the mixin of links
        :param purpose: key of its ``_get_link_purposes``
        :param valid: ``timedelta``, or None for the purpose's
        :param secret: to be used; None makes one
        :param vals: further values of the link
        """
        known = record._get_link_purposes()[purpose]
        secret = secret or make_secret()
        # sudo: links are the system's
        self.sudo().create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "case_id": record._get_link_case().id,
                "purpose": purpose,
                "partner_id": partner.id,
                "email": address or partner.email_normalized,
                "digest": digest(secret),
                "is_reusable": known.is_reusable,
                "expires_at": fields.Datetime.now() + (valid or known.valid),
            }
            | vals
        )
        return f"{record.get_base_url()}{LINK_URL}/{secret}"

    @api.model
    def _find(self, secret):
        """Return the link of a secret, open or not; one query whatever it says."""
        names = [
            name
            for name, field in self._fields.items()
            if field.store and field.column_type
        ]
        return self.search_fetch([("digest", "=", digest(secret))], names, limit=1)

    def _get_model(self):
        """Return the model of the record, or None where its addon is gone."""
        known = self.res_model in self.env.registry
        return self.env[self.res_model] if known else None

    def _get_record(self):
        """Return the record of a link if it is still there."""
        self.ensure_one()
        model = self._get_model()
        return self.browse() if model is None else model.browse(self.res_id).exists()

    def _note_use(self, **said):
        """Note that a link is used; of two at once one waits, and is tried again."""
        self.write({"last_used_at": fields.Datetime.now()} | said)
        self.flush_recordset()

    def action_revoke(self):
        """Let links open nothing any more."""
        self.check_access("write")
        # sudo: the fields of a link are the system's; the right is asked for above
        open_links = self.sudo().filtered(lambda link: not link.revoked_at)
        open_links.revoked_at = fields.Datetime.now()
        return True

    @api.autovacuum
    def _gc_links(self):
        """Forget links that expired long ago."""
        limit = fields.Datetime.now() - KEPT
        # sudo: the system cleans up, whoever runs it
        old = self.sudo().search([("expires_at", "<", limit)], limit=MOST_LINKS)
        old.unlink()
        return len(old), len(old) == MOST_LINKS

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...const import EVENT_LEGAL, PARTY_CUSTOMER

# What the target of a term has of it.
COUNTED = ("metric", "quantity", "unit", "is_rolled", "start", "warn_percent")
# What changes for which cases it holds, or what is due.
FOLLOWED = {
    *COUNTED,
    "active",
    "country_group_id",
    "country_id",
    "customer_kind",
    "date_from",
    "date_to",
    "own_quantity",
    "remedy_id",
}


class AftersalesLegalTerm(models.Model):
    """Each term owns one target, which its clocks are of; what becomes of them here."""

    _inherit = "aftersales.legal.term"

    target_ids = fields.One2many("aftersales.sla.target", "legal_term_id")
    sentence = fields.Char("In One Sentence", compute="_compute_sentence")
    changed_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="Open cases are still to be looked at again since then.",
    )

    _changed_idx = models.Index("(changed_at) WHERE changed_at IS NOT NULL")

    @api.depends("target_ids.sentence")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for term in self:
            term.sentence = term.target_ids[:1].sentence

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create(vals_list)
        # sudo: the target is the term's, nobody else writes it
        self.env["aftersales.sla.target"].sudo().create(
            [term._prepare_target_vals() for term in terms]
        )
        terms._note_change()
        return terms

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & set(COUNTED):
            for term in self:
                # sudo: as above
                term.target_ids.sudo().write(term._prepare_target_vals())
        if vals.keys() & FOLLOWED:
            self._note_change()
        return res

    def copy_data(self, default=None):
        """A copy would be the law for the same cases: it is archived at first."""
        return [
            vals
            | {"name": self.env._("%s (copy)", term.name), "active": False}
            | (default or {})
            for term, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        """Refuse to delete what cases tell of, in words."""
        # sudo: the history of confidential cases counts too
        events = self.env["aftersales.case.event"].sudo()
        told = events.search(
            [("kind", "=", EVENT_LEGAL), ("to_id", "in", self.ids)], limit=1
        )
        if told:
            raise UserError(
                self.env._(
                    "%s held for cases already and cannot be deleted. Archive it, or let"
                    " it end on a day.",
                    self.browse(told.to_id).name,
                )
            )

    def _prepare_target_vals(self):
        self.ensure_one()
        vals = {name: self[name] for name in COUNTED}
        return vals | {
            "legal_term_id": self.id,
            "party": PARTY_CUSTOMER,
            # Of a term without a number each company's own one counts.
            "quantity": self.quantity or 1,
            "pause_customer": False,
            "goal_percent": 100,
        }

    def _note_change(self):
        """Have the job look after open clocks of these terms, and for new ones."""
        if not self:
            return
        # sudo: what follows from an allowed change
        clocks = self.env["aftersales.sla.clock"].sudo()
        of_these = SQL("c.target_id = ANY(%s)", self.target_ids.ids)
        clocks._mark(of_these, is_unmatched=True)
        self.write({"changed_at": fields.Datetime.now()})
        self.env.ref("aftersales_sla.cron_legal")._trigger()

    @api.model
    def _cron_follow(self):
        """Look again at the open cases for which a changed term may hold by now."""
        terms = self.with_context(active_test=False).search(
            [("changed_at", "!=", False)]
        )
        if not terms:
            return
        seen = {term: term.changed_at for term in terms}
        Case = self.env["aftersales.case"]
        asked = Domain("remedy_id", "in", terms.remedy_id.ids)
        is_open = Domain("state", "in", OPEN_STATES)
        replay = type(Case)._replay_clocks
        if Case._run_in_batches(asked & is_open, replay, task="legal"):
            terms.invalidate_recordset(["changed_at"])
            done = terms.filtered(lambda term: term.changed_at == seen[term])
            done.write({"changed_at": False})

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize

from odoo.addons.aftersales_case.const import REPLY_RATING, STATE_DONE

from ...const import OFFER_HIDDEN, RATINGS

RATE_LINK = "rate_"
# Who closes by mistake opens again within the hour, and asks for no rating; who switches
# ratings on asks nobody about what is long over.
ASKED_AFTER, ASKED_UNTIL = timedelta(hours=1), timedelta(days=3)
# How long the link of a mail rates; who has a log-in rates on the page of his case.
RATED_UNTIL = timedelta(days=30)
BATCH = 100


class AftersalesCase(models.Model):
    """Customers rate how a case was handled: once each time that it is closed.

    Core keeps the ratings and has the page behind the link of a mail, which only shows
    until it is sent.
    """

    _inherit = "aftersales.case"

    rating_asked_at = fields.Datetime(
        "Asked for a Rating On", readonly=True, copy=False
    )
    given_rating_ids = fields.One2many(
        "rating.rating",
        "res_id",
        "Customer's Ratings",
        domain=lambda self: [("res_model", "=", self._name), ("consumed", "=", True)],
        groups="base.group_user",
    )
    letter_rating = fields.Html(
        "Links to Rate",
        compute="_compute_letter_rating",
        sanitize=False,
        help="One link for each answer; left out where the closing cannot be rated.",
    )

    # Those who were closed lately are asked.
    _rating_idx = models.Index("(closed_at) WHERE state = 'done'")

    @api.depends_context("lang")
    def _compute_letter_rating(self):
        words = self._get_rating_words()
        for case in self:
            links = [
                case._get_link_marker(f"{RATE_LINK}{value}", word)
                for value, word in words.items()
            ]
            case.letter_rating = Markup(" · ").join(links)

    @api.model
    def _get_rating_words(self):
        """Return ``{value: what the customer says by it}``, the best first."""
        words = (
            self.env._("Satisfied"),
            self.env._("Neutral"),
            self.env._("Not satisfied"),
        )
        return dict(zip(RATINGS, words, strict=True))

    @api.model
    def _get_letter_placeholders(self):
        return (*super()._get_letter_placeholders(), "letter_rating")

    # === One rating a closing === #

    def _is_rated_by_customer(self):
        """Say whether the customer of this case is asked what he thinks of it."""
        self.ensure_one()
        case_type = self.type_id
        return (
            case_type.portal_rate
            and case_type.portal_offer != OFFER_HIDDEN
            and self.state == STATE_DONE
            and not self.merged_into_id
        )

    def _get_closing(self):
        """Return by what the rating of this closing is known; a merge changes nothing."""
        self.ensure_one()
        return f"{self.id}@{fields.Datetime.to_string(self.closed_at)}"

    def _find_rating(self):
        """Return the rating of this closing, with sudo, given or not."""
        # sudo: ratings of cases are the system's
        ratings = self.env["rating.rating"].sudo()
        return ratings.search([("aftersales_closing", "=", self._get_closing())])

    def _open_rating(self):
        """Return the rating of this closing, with sudo; a new one where there is none.

        The caller holds the case.
        """
        partner = self.contact_id or self.partner_id
        return self._find_rating() or self._find_rating().create(
            {
                "aftersales_closing": self._get_closing(),
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": self.id,
                "partner_id": partner.id,
                "rated_partner_id": self._rating_get_operator().id,
                "is_internal": False,
            }
        )

    def _is_open_to(self, rating):
        """Say whether the link of a rating still opens it.

        For some time after the closing that it is about, while there is no newer one, and
        while whom it was asked of is one of the customer's people.
        """
        self.ensure_one()
        return (
            self._is_rated_by_customer()
            and rating.aftersales_closing == self._get_closing()
            and fields.Datetime.now() < self.closed_at + RATED_UNTIL
            and self._acts_for_customer(
                rating.partner_id, email_normalize(self.email or "")
            )
        )

    # === Asked by mail === #

    @api.model
    def _get_unasked_domain(self):
        """Return the domain of the closed cases whose customer is to be asked now."""
        now = fields.Datetime.now()

        def is_new(model, alias, query):
            asked = model._field_to_sql(alias, "rating_asked_at", query)
            closed = model._field_to_sql(alias, "closed_at", query)
            return SQL("(%s IS NULL OR %s < %s)", asked, asked, closed)

        return (
            Domain("state", "=", STATE_DONE)
            & Domain("closed_at", ">=", now - ASKED_UNTIL)
            & Domain("closed_at", "<=", now - ASKED_AFTER)
            & Domain("merged_into_id", "=", False)
            & Domain("type_id.portal_rate", "=", True)
            & Domain("type_id.portal_offer", "!=", OFFER_HIDDEN)
            & Domain.custom(to_sql=is_new)
        )

    @api.model
    def _cron_ask_ratings(self):
        self._run_in_batches(
            self._get_unasked_domain(), lambda cases: cases._ask_ratings(), batch=BATCH
        )

    def _ask_ratings(self):
        """Ask the customers of closed cases by mail, unless they said it already."""
        self.rating_asked_at = fields.Datetime.now()
        asked = self.filtered(
            lambda case: case.email and not case._open_rating().consumed
        )
        template = self.env.ref(
            "aftersales_portal.template_rating", raise_if_not_found=False
        )
        if template and asked:
            asked._send_to_customer(template, reason=REPLY_RATING)

    def _make_link(self, purpose, partner, valid=None, address=""):
        """Lead to core's page of the rating, for the customer's people only."""
        value = purpose.removeprefix(RATE_LINK)
        if value == purpose:
            return super()._make_link(purpose, partner, valid=valid, address=address)
        rating = self._find_rating() if self._is_rated_by_customer() else None
        if not rating or not self._acts_for_customer(partner, address):
            return False
        return f"{self.get_base_url()}/rate/{rating.access_token}/{value}"

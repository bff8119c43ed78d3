from collections import namedtuple
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...const import AT_SITE, ORIGIN_RECURRENCE
from ...engine.recurrence import local_day
from .aftersales_visit_recurrence_days import OpenDays

# An agreement may make many visits at once, each with its case.
BATCH = 20
# What was not made in this time, as the job did not run, is made up for.
CATCH_UP = timedelta(days=31)

Due = namedtuple("Due", "recurrence occurrence earliest latest")
"""An occurrence to be made: from when until when, as naive UTC."""


class AftersalesVisitRecurrence(models.Model):
    """Visits are made ahead, each once, and each with its case."""

    _inherit = "aftersales.visit.recurrence"

    @api.model
    def _cron_make_visits(self):
        """Make what comes near by all agreements."""
        self._run_in_batches(
            Domain("date_end", "=", False)
            | Domain("date_end", ">=", fields.Date.today() - CATCH_UP),
            lambda recurrences: recurrences._make_visits(),
            batch=BATCH,
        )

    def action_make_visits(self):
        """Make the visits that are near, without waiting for the job.

        :returns: an action that opens the visits
        """
        self.check_access("write")
        # sudo: the cases are the system's doing, of the type that was agreed
        recurrences = self.sudo()
        recurrences.lock_for_update()
        recurrences._make_visits()
        return self.action_open_visits()

    def _make_visits(self):
        """Make case and visit of each occurrence that is near and was not made.

        Does nothing the second time.

        :returns: the visits made
        :raises UserError: for an agreement by which none can be made
        """
        for recurrence in self:
            recurrence._ensure_can_make()
        dues = self._get_due()
        cases = self._make_cases(dues)
        visits = self.env["aftersales.visit"].create(
            [
                due.recurrence._prepare_visit_vals(due, case)
                for due, case in zip(dues, cases, strict=True)
            ]
        )
        self._make_checklists(visits)
        for today, recurrences in self.grouped(lambda one: one._get_today()).items():
            recurrences.write({"made_on": today, "error": False})
        return visits

    def _ensure_can_make(self):
        """Guard: what an agreement names is still in use.

        :raises UserError: naming what is not
        """
        self.ensure_one()
        for name in ("partner_id", "type_id", "site_id"):
            record = self[name].partner_id if name == "site_id" else self[name]
            if record and not record.active:
                raise UserError(
                    self.env._(
                        "%(field)s: %(name)s is archived, so that %(agreement)s makes no"
                        " visits. Choose another one, or end the agreement.",
                        field=self._fields[name]._description_string(self.env),
                        name=record.display_name,
                        agreement=self.name,
                    )
                )

    def _get_today(self):
        """Return what day it is at the place of work."""
        return local_day(fields.Datetime.now(), self._get_zone())

    # === What is due === #

    def _get_due(self):
        """Return the ``Due`` of these agreements that have no visit yet, by their day."""
        open_days = {company: OpenDays(company) for company in self.company_id}
        dues = []
        for recurrence in self.filtered("active"):
            today = recurrence._get_today()
            first = max(recurrence.made_on or today, today - CATCH_UP)
            found = recurrence._get_occurrences(
                min(first, today),
                today + timedelta(days=recurrence.days_ahead),
                open_days[recurrence.company_id],
            )
            dues += [Due(recurrence, one, *recurrence._get_span(one)) for one in found]
        made = self._get_made_days(dues)
        return sorted(
            (due for due in dues if _get_key(due) not in made),
            key=lambda due: due.earliest,
        )

    def _get_made_days(self, dues):
        """Return ``{(agreement id, day)}`` of the visits that are there, whatever became
        of them."""
        days = [due.occurrence.day for due in dues]
        rows = self.env["aftersales.visit"]._read_group(
            [("recurrence_id", "in", self.ids), ("occurrence_date", "in", days)],
            ["recurrence_id", "occurrence_date:day"],
        )
        return {(recurrence.id, day) for recurrence, day in rows}

    # === What is made === #

    def _make_cases(self, dues):
        return self.env["aftersales.case"].create(
            [due.recurrence._prepare_case_vals(due) for due in dues]
        )

    def _prepare_case_vals(self, due):
        """Hook: return the values of the case of one visit.

        :param due: ``Due``
        """
        self.ensure_one()
        # The customer reads it. Days in figures mean another day elsewhere.
        people = self.contact_id | self.partner_id | self.company_id.partner_id
        lang = next(filter(None, people.mapped("lang")), None)
        day = format_date(
            self.env, due.occurrence.on, lang_code=lang, date_format="medium"
        )
        goods = [
            Command.create({"product_id": self.product_id.id, "lot_id": self.lot_id.id})
        ]
        return {
            "name": self.env._("%(what)s, %(day)s", what=self.name, day=day),
            "type_id": self.type_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "contact_id": self.contact_id.id,
            "reporter_id": self.user_id.partner_id.id,
            "site_id": self.site_id.partner_id.id,
            "product_ids": [Command.set(self.product_id.ids)],
            "line_ids": goods if self.lot_id else [],
            "description": self._get_description(),
            "date_deadline": due.latest,
        }

    def _get_description(self):
        """Return what is to be done and by which contract, as HTML."""
        lines = (self.note or "").splitlines()
        if self.contract:
            lines.append(self.env._("Contract: %s", self.contract))
        return Markup().join(Markup("<p>%s</p>") % line for line in lines if line)

    def _prepare_visit_vals(self, due, case):
        """Hook: return the values of one visit of a new case.

        :param due: ``Due``
        """
        self.ensure_one()
        return {
            "case_id": case.id,
            "recurrence_id": self.id,
            "occurrence_date": due.occurrence.day,
            "origin": ORIGIN_RECURRENCE,
            "place": self.place,
            "site_id": self.place == AT_SITE and self.site_id.id,
            "duration": self.duration,
            "note": self.note,
            "wish_id": self.wish_id.id,
            "earliest": due.earliest,
            "latest": due.latest,
            "latest_by_hand": True,
            "skill_ids": [
                Command.create(need._prepare_copy()) for need in self.skill_ids
            ],
        }

    def _make_checklists(self, visits):
        """Give the cases of new visits what their agreement has ticked off."""
        self.env["aftersales.checklist.item"].create(
            [
                {"case_id": visit.case_id.id, "name": line, "sequence": place}
                for visit in visits
                for place, line in enumerate(visit.recurrence_id._get_checklist())
            ]
        )

    def _get_checklist(self):
        lines = (self.checklist or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    # === Failures === #

    def _note_failure(self, error, task=""):
        """Say on the agreement itself why it makes no visits."""
        result = super()._note_failure(error, task)
        self.error = str(error)
        return result


def _get_key(due):
    return due.recurrence.id, due.occurrence.day

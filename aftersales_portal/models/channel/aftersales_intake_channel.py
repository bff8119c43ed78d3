import base64
import json

from odoo import fields, models
from odoo.tools.mail import plaintext2html

from odoo.addons.aftersales_case.const import INTAKE_ADDED, INTAKE_CASE

from ...const import REFUSALS
from ...engine.texts import clean_text, first_line

LONGEST_TITLE = 80


class AftersalesIntake(models.Model):
    """What arrives by channels of the web stands beside the mails.

    Its source is what was sent, as JSON; a refused one still becomes a case, in words.
    """

    _inherit = "aftersales.intake"

    channel_id = fields.Many2one(
        "aftersales.channel",
        "Web Channel",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    report_lang = fields.Char("Language of the Form", readonly=True)
    reason = fields.Selection(
        selection_add=REFUSALS,
        ondelete={reason: "set null" for reason, _label in REFUSALS},
    )

    def _compute_source_name(self):
        web = self.filtered("channel_id")
        result = super(AftersalesIntake, self - web)._compute_source_name()
        for intake in web:
            intake.source_name = "report.json"
        return result

    def _make_case(self):
        if not self.channel_id:
            return super()._make_case()
        self._check_unsorted()
        self._check_source()
        vals = self._prepare_case_defaults(self)
        title = self.env._("Web report of %s", self.email_normalized or "?")
        text = self._get_said()
        # sudo: whoever sorts the inbox makes cases of what came in
        case = (
            self.env["aftersales.case"]
            .sudo()
            .create(
                {"reporter_id": False, "email": self.email_normalized}
                | vals
                | {
                    "name": first_line(text, LONGEST_TITLE) or title,
                    "description": plaintext2html(text),
                    "channel": self.channel,
                }
            )
        )
        # sudo: people set no state but by these buttons
        self.sudo().write({"state": INTAKE_CASE, "case_id": case.id})
        if not self._is_confirmed_often():
            case._queue_receipt()
        return case.sudo(False)

    def _add_to(self, case):
        if not self.channel_id:
            return super()._add_to(case)
        self._check_unsorted()
        self._check_source()
        # sudo: the words are the sender's, whoever sorts them
        case.sudo().message_post(
            body=plaintext2html(self._get_said()),
            author_id=False,
            email_from=self.email_from or "",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        # sudo: whoever reads a case may add to it, even if he cannot change it
        self.sudo().write({"state": INTAKE_ADDED, "case_id": case.id})
        return None

    def _read_said(self):
        """Return what was sent, as it was sent: ``{key: value}``."""
        return json.loads(base64.b64decode(self.source))

    def _get_said(self):
        """Return what a report says, a line for each answer."""
        lines = [
            f"{clean_text(key)}: {clean_text(str(value))}"
            for key, value in self._read_said().items()
            if key not in ("homepage", "start", "type")
        ]
        return "\n".join(lines)

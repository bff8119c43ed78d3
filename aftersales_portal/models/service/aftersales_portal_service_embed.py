import json
from functools import lru_cache

from odoo import api, models
from odoo.tools import file_open

from ...const import MOST_BYTES, MOST_FILE_BYTES, MOST_FILES
from ...engine import bundle, uploads
from ...engine.colors import get_text_color, read_color
from .aftersales_portal_service_stranger import TYPE

FOLDER = "aftersales_portal/static/src/embed"
# Each behind those that it imports.
SCRIPTS = (
    "answers",
    "dom",
    "question",
    "files",
    "draft",
    "send",
    "pages",
    "form",
    "start",
)
MEGABYTE = 1024 * 1024
ACCEPT = "image/*,video/*,.pdf,.txt,.csv,.log,.docx,.xlsx,.odt,.ods"


class AftersalesPortalService(models.AbstractModel):
    """The form of a channel on pages of others: its script, and what it shows."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_embed_script(self):
        """Return the script that puts forms into pages.

        It says itself, in each of our languages, that a form cannot be had; all other
        texts come with the form.
        """
        languages = self.env["res.lang"].get_installed()
        failures = {
            code.replace("_", "-"): self.with_context(lang=code)._get_failure()
            for code, _name in languages
        }
        return _get_script().replace("FAILURES_HERE", json.dumps(failures))

    @api.model
    def _get_failure(self):
        return self.env._(
            "The form cannot be shown here. Open it on a page of its own."
        )

    @api.model
    def _get_web_types(self, channel):
        """Return what can be reported by a channel, in the words of customers."""
        return [
            {
                "code": case_type.code,
                "title": case_type._get_portal_word(),
                "description": case_type.portal_sentence or "",
            }
            for case_type in channel.type_ids.filtered("active")
        ]

    @api.model
    def _get_web_form(self, channel, said):
        """Return what a form of a channel shows; its questions once the type is known.

        :param said: dictionary with the code of a type under ``type``, or without
        :raises Problem: for a type that the channel has not
        """
        types = self._get_web_types(channel)
        form = {
            "lang": self.env.lang.replace("_", "-"),
            "types": types,
            "type": "",
            "colors": self._get_web_colors(channel.company_id),
            "limits": self._get_web_limits(channel),
            "texts": self._get_web_texts(),
        }
        if TYPE in said or len(types) == 1:
            case_type = self._find_channel_type(channel, said)
            case, asked = self._get_stranger_form(channel, case_type)
            form |= {
                "type": case_type.code,
                "schema": self._build_schema(channel, case, asked),
                "kinds": {question["key"]: question["kind"] for question in asked},
            }
        return form

    @api.model
    def _get_web_colors(self, company):
        """Return the company's colours, where they can be read; a page may choose others."""
        color = read_color(company.primary_color)
        if not color or company.aftersales_link_is_pale:
            return {}
        return {"color": color, "on_color": get_text_color(color)}

    @api.model
    def _get_web_limits(self, channel):
        return {
            "files": min(channel.most_files, MOST_FILES),
            "megabytes": min(channel.most_megabytes, MOST_BYTES // MEGABYTE),
            "megabytes_each": MOST_FILE_BYTES // MEGABYTE,
            "endings": sorted(uploads.get_endings()),
            "accept": ACCEPT,
        }

    @api.model
    def _get_files_help(self):
        """Return what a form says of its files; the limits are filled in there."""
        return self.env._(
            "Pictures, films, PDF, text and office documents. At most %(files)s,"
            " together %(megabytes)s MB."
        )

    @api.model
    def _get_web_texts(self):
        """Return what a form says besides its questions."""
        return {
            "again": self.env._("Report something else"),
            "choose": self.env._("What is it about?"),
            "discard": self.env._("Discard draft"),
            "choose_files": self.env._("Choose files"),
            "drop": self.env._("or drop them here"),
            "file_empty": self.env._("%(name)s is empty. Choose another file."),
            "file_kind": self.env._(
                "%(name)s cannot be taken. Send pictures, films, PDF, text or office"
                " documents."
            ),
            "file_many": self.env._(
                "%(name)s is one file too many; %(files)s can be sent at once."
            ),
            "file_size": self.env._(
                "%(name)s is larger than %(megabytes_each)s MB. Send a smaller one."
            ),
            "file_total": self.env._(
                "With %(name)s the files are larger than %(megabytes)s MB together."
            ),
            "files": self.env._("Files"),
            "files_help": self._get_files_help(),
            "follow": self.env._("See how far we are"),
            "kept": self.env._(
                "Not sent yet. What you type is kept on this device only."
            ),
            "kept_no_files": self.env._("Files are not kept."),
            "leave_out": self.env._("Leave out %s"),
            "left_out": self.env._("%s is left out."),
            "missing": self.env._("%s: this must be answered."),
            "network": self.env._(
                "There is no connection. Everything is still here: send it again."
            ),
            "no": self.env._("No"),
            "not_sent": self.env._("This was not sent yet."),
            "number": self.env._("Its number is %s."),
            "photo": self.env._("Take a picture"),
            "received": self.env._("We have received it. Thank you."),
            "required": self.env._("(required)"),
            "restored": self.env._(
                "Not sent yet. What you typed before is here again: it was kept on this"
                " device only."
            ),
            "send": self.env._("Send"),
            "sending": self.env._("Sending…"),
            "status": self.env._("Status: %s"),
            "title": self.env._("Report"),
            "yes": self.env._("Yes"),
        }


@lru_cache(maxsize=1)
def _get_script():
    """Return the script without the texts of languages."""
    with file_open(f"{FOLDER}/embed.css") as file:
        css = " ".join(file.read().split())
    sources = []
    for name in SCRIPTS:
        with file_open(f"{FOLDER}/{name}.esm.js") as file:
            sources.append(file.read())
    constants = {"CSS_TEXT": json.dumps(css), "FAILURES": "FAILURES_HERE"}
    return bundle.join(sources, constants)

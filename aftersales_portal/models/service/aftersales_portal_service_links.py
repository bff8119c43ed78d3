from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ...const import LONGEST_LINE, LONGEST_TEXT, MOST_FILE_BYTES
from ...engine.texts import clean_text

# Kinds of fields of the page of a link.
LINE, TEXT, CHOICE, FILES = "line", "text", "choice", "files"


class AftersalesPortalService(models.AbstractModel):
    """What a link opens, and what its receiver does there: without a log-in.

    What the page shows and what sending it does, the record of the link says.
    """

    _inherit = "aftersales.portal.service"

    @api.model
    def _find_link(self, secret):
        """Return the link of a secret, with sudo, while it opens something; else none.

        What is unknown, expired, used and revoked costs the same single query: nobody
        can tell them apart.
        """
        # sudo: the secret is the right
        link = self.env["aftersales.link"].sudo()._find(secret)
        return link if link._is_open() else link.browse()

    @api.model
    def _get_link_page(self, link):
        """Return ``(record with sudo, page)`` of a link; None where nothing is to see.

        Whether its receiver may still have one is asked each time.

        :param link: found by ``_find_link``
        """
        if not link:
            return None
        # What follows is nobody's doing but the receiver's, who is no user.
        as_system = link.with_user(SUPERUSER_ID).sudo()  # sudo: as in _find_link
        record = as_system.with_context(lang=self._get_link_lang(link))._get_record()
        if not record or not record._may_have_link(
            link.purpose, link.partner_id, link.email or ""
        ):
            return None
        page = record._get_link_page(link)
        return (record, page) if page else None

    @api.model
    def _get_link_lang(self, link):
        """Return the language in which the page of a link speaks."""
        return link.partner_id.lang or self.env.lang

    @api.model
    def _get_link_company(self, link):
        """Return the name that stands over the page of a link."""
        company = link.case_id.company_id or self.env.company
        # sudo: it stands on every mail
        return company.sudo().name

    @api.model
    def _use_link(self, link, form, files):
        """Do what the receiver of a link asks for.

        :param link: found by ``_find_link``
        :param form: the request's ``MultiDict``
        :param files: the request's ``MultiDict`` of files
        :returns: ``(sentence of what was done or "", page or None, {field: sentence},
            {field: what was typed})``
        """
        found = self._get_link_page(link)
        values, errors, typed = self._read_sent(found, form, files)
        if values and not errors:
            # Only now: what clicks nothing is no use of a link, nor a sign of life.
            link._note_use()
            found = self._get_link_page(link)
            values, errors, typed = self._read_sent(found, form, files)
        if not found:
            return "", None, {}, {}
        record, page = found
        if errors or not values:
            return "", page, errors, typed
        try:
            with self.env.cr.savepoint():
                done = record._apply_link(link, values)
        except UserError as error:
            return "", page, {"form": str(error)}, typed
        if not done:
            return "", page, {}, typed
        if not link.is_reusable:
            link._note_use(used_at=link.last_used_at)
        after = self._get_link_page(link) if link._is_open() else None
        return done, after and after[1], {}, {}

    @api.model
    def _read_sent(self, found, form, files):
        """Return ``(values, {field: sentence}, {field: what was typed})``.

        :param found: as ``_get_link_page`` returns it
        """
        values, errors = self._read_link(found[1], form, files) if found else ({}, {})
        typed = {name: value for name, value in values.items() if name != FILES}
        return values, errors, typed

    @api.model
    def _read_link(self, page, form, files):
        """Return what was sent, as far as the page offers it.

        :returns: ``(values, {field: sentence})``; no values where no button of the page
            was clicked
        """
        buttons = [value for value, _label in page["buttons"]]
        button = clean_text(form.get("button"))
        if button not in buttons:
            return {}, {}
        values, errors = {"button": button}, {}
        for field in page["fields"]:
            name = field["name"]
            if field["type"] == FILES:
                value, error = self._read_link_files(files.getlist(name))
            else:
                value, error = self._read_link_text(field, form.get(name))
            values[name] = value
            # What is asked for belongs to the first button: others send without it.
            if not error and field["required"] and not value and button == buttons[0]:
                error = (
                    self.env._("%s: add at least one file.", field["label"])
                    if field["type"] == FILES
                    else self.env._("%s: this must be answered.", field["label"])
                )
            if error:
                errors[name] = error
        return values, errors

    @api.model
    def _read_link_text(self, field, typed):
        value = clean_text(typed).strip()
        if field["type"] == CHOICE:
            if value and value not in [key for key, _label in field["options"]]:
                return "", self.env._("%s: choose one of the answers.", field["label"])
            return value, None
        most = LONGEST_LINE if field["type"] == LINE else LONGEST_TEXT
        if len(value) > most:
            return value, self.env._(
                "%(field)s: this is longer than %(most)s characters. Shorten it.",
                field=field["label"],
                most=most,
            )
        return value, None

    @api.model
    def _read_link_files(self, uploads):
        """Return ``([(name, content)], sentence of why some are not taken)``."""
        found, errors, total = [], [], 0
        for upload in uploads:
            # Odoo tries a request again, and rewinds one file only.
            upload.stream.seek(0)
            content = upload.stream.read(MOST_FILE_BYTES + 1)
            if not upload.filename and not content:
                continue
            total += len(content)
            error = self._judge_file(upload.filename, content, len(found) + 1, total)
            if error:
                errors.append(error)
                total -= len(content)
            else:
                found.append((upload.filename, content))
        return found, " ".join(errors) or None

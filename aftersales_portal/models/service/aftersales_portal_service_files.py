import secrets

from odoo import api, models

from ...const import (
    LONGEST_LINE,
    MOST_BYTES,
    MOST_FILE_BYTES,
    MOST_FILES,
    MOST_WAITING_BYTES,
)
from ...engine.uploads import clean_name, find_kind

MEGABYTE = 1024 * 1024


class AftersalesPortalService(models.AbstractModel):
    """What customers send in a form, kept until the form is complete."""

    _inherit = "aftersales.portal.service"

    # === Drafts === #

    @api.model
    def _find_draft(self, key):
        """Return the user's draft of a form, with sudo, if there is one."""
        # sudo: drafts are the service's; every user has his own
        drafts = self.env["aftersales.portal.draft"].sudo()
        return drafts.search(
            [("user_id", "=", self.env.uid), ("key", "=", key)], limit=1
        )

    @api.model
    def _open_draft(self, key):
        """Return the user's draft of a form, with sudo; a new one where there is none."""
        draft = self._find_draft(key)
        return draft or draft._insert(key)

    @api.model
    def _get_once(self):
        """Return what a form is known by when it is sent twice."""
        return secrets.token_urlsafe(16)

    @api.model
    def _take_once(self, once):
        """Take note that a form is sent: by a click, a second one, a reload.

        :param once: as ``_get_once`` gave it to the page
        :returns: ``(note with sudo or none, whether it is sent for the first time)``
        """
        # sudo: as in _find_draft
        drafts = self.env["aftersales.portal.draft"].sudo()
        if not once:
            return drafts, True
        key = f"sent-{once[:LONGEST_LINE]}"
        note = drafts._insert(key)
        return note or self._find_draft(key), bool(note)

    @api.model
    def _get_sent(self, once):
        """Return what somebody read who sent this very form before; "" for nobody."""
        note = self._find_draft(f"sent-{once[:LONGEST_LINE]}") if once else None
        return (note.typed or {}).get("sent", "") if note else ""

    @api.model
    def _get_draft(self, key):
        """Return what a form shows of its draft."""
        draft = self._find_draft(key)
        return {
            "key": key,
            "user": self.env.uid,
            "stamp": draft.stamp or "",
            "saved": self._format_moment(draft.write_date) if draft else "",
            "typed": draft.typed or {},
            "files": [
                {"id": file.id, "name": file.name, "size": file.file_size}
                for file in draft.file_ids.sorted("id")
            ],
        }

    @api.model
    def _discard_draft(self, key):
        self._find_draft(key)._discard()

    # === Files === #

    @api.model
    def _add_files(self, draft, uploads, dropped=()):
        """Keep in a draft the files of a request.

        :param uploads: list of files as werkzeug hands them out
        :param dropped: ids of files of the draft to take out again
        :returns: list of sentences, one for each file that is not taken
        """
        mine = draft.file_ids
        gone = mine.filtered(lambda file: file.id in dropped)
        draft.file_ids -= gone
        gone.filtered(lambda file: file.res_model == draft._name).unlink()
        errors, count = [], len(draft.file_ids)
        total = sum(draft.file_ids.mapped("file_size"))
        known = {(file.name, file.checksum) for file in draft.file_ids}
        room = self._get_room(draft)
        for upload in uploads:
            # Odoo tries a request again, and rewinds one file only.
            upload.stream.seek(0)
            content = upload.stream.read(MOST_FILE_BYTES + 1)
            if not upload.filename and not content:
                continue
            count, total = count + 1, total + len(content)
            error = self._judge_file(upload.filename, content, count, total)
            if not error and total > room:
                error = self._get_no_room(upload.filename)
            if error:
                errors.append(error)
                count, total = count - 1, total - len(content)
                continue
            file = self._keep_file(draft, upload.filename, content)
            if (file.name, file.checksum) in known:
                # It was saved while he typed, and nobody told the page.
                file.unlink()
                count, total = count - 1, total - len(content)
                continue
            known.add((file.name, file.checksum))
            draft.file_ids += file
        return errors

    @api.model
    def _get_room(self, draft):
        """Return how many bytes a draft may have, with what waits in his others."""
        # sudo: as in _find_draft
        files = self.env["ir.attachment"].sudo()
        others = [
            ("res_model", "=", draft._name),
            ("create_uid", "=", self.env.uid),
            ("id", "not in", draft.file_ids.ids),
        ]
        [(size,)] = files._read_group(others, [], ["file_size:sum"])
        return MOST_WAITING_BYTES - size

    @api.model
    def _get_no_room(self, name):
        return self.env._(
            "%s: too many files wait in forms that you have not sent. Send or discard"
            " those first.",
            name,
        )

    @api.model
    def _judge_file(self, name, content, count, total):
        """Return why a file is not taken, as a sentence, or None."""
        if not content:
            return self.env._("%s is empty. Choose another file.", name)
        if len(content) > MOST_FILE_BYTES:
            return self.env._(
                "%(name)s is larger than %(most)s MB. Send a smaller one.",
                name=name,
                most=MOST_FILE_BYTES // MEGABYTE,
            )
        if count > MOST_FILES:
            return self.env._(
                "%(name)s is one file too many; %(most)s can be sent at once. Send it"
                " with another message.",
                name=name,
                most=MOST_FILES,
            )
        if total > MOST_BYTES:
            return self.env._(
                "With %(name)s the files are larger than %(most)s MB together. Send it"
                " with another message.",
                name=name,
                most=MOST_BYTES // MEGABYTE,
            )
        if not find_kind(content):
            return self.env._(
                "%s cannot be taken. Send pictures, films, PDF, text or office documents.",
                name,
            )
        return None

    @api.model
    def _keep_file(self, draft, name, content):
        kind = find_kind(content)
        # sudo: lies on the draft, which nobody but this service reads
        files = self.env["ir.attachment"].sudo().with_context(image_no_postprocess=True)
        return files.create(
            {
                "name": clean_name(name, kind),
                "raw": content,
                "mimetype": kind.mimetype,
                "res_model": draft._name,
                "res_id": draft.id,
            }
        )

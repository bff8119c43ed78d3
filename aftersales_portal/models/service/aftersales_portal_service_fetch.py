from contextlib import suppress
from urllib.parse import unquote, urlsplit

from odoo import api, models

from ...const import LONGEST_LINE, MOST_FILE_BYTES
from ...engine.bodies import Report
from ...engine.problem import Problem
from ...engine.public_hosts import (
    UNKNOWN_HOST,
    Refused,
    Unreachable,
    call,
    judge,
)
from ...engine.texts import clean_text
from ...engine.uploads import clean_name, find_kind
from .aftersales_portal_service_files import MEGABYTE

# Of one file.
SECONDS = 20


class AftersalesPortalService(models.AbstractModel):
    """Files of which a form sent the address.

    Nobody vouches for an address: it must be of a website of the channel, and lead to the
    public internet; the name is resolved once, and redirects are not followed.
    """

    _inherit = "aftersales.portal.service"

    @api.model
    def _fetch_files(self, row):
        """Fetch the files of a row, and add them to its case.

        :param row: of the intake, with sudo and with a case
        """
        service = self._of_channel(row.channel_id)
        found, later, errors = [], [], []
        total = 0
        for count, url in enumerate(row.file_urls or [], 1):
            name = _get_name(url)
            try:
                content = service._fetch_file(row, url, count)
                total += len(content)
                error = service._judge_fetched(row, name, content, count, total)
                if error:
                    total -= len(content)
                    raise Problem(422, "file", error)
            except Unreachable as error:
                if row._is_last_try():
                    errors.append(f"{url}: {service._tell_fetch(error.code)}")
                else:
                    later.append(url)
            except Refused as error:
                errors.append(f"{url}: {service._tell_fetch(error.code)}")
            except Problem as problem:
                errors.append(f"{url}: {problem.detail}")
            else:
                kind = find_kind(content)
                found.append((clean_name(name, kind), content, kind.mimetype))
        if found and row.case_id:
            said = Report(body=row.report_answers or {}, files=found)
            case = row.case_id._get_survivor()
            # sudo: what its sender said, as strangers report
            service._post_files(case.sudo(), said)
        row._end_fetching(later, errors)

    @api.model
    def _judge_fetched(self, row, name, content, count, total):
        """Return why a fetched file is not taken, as a sentence, or None."""
        if total > row.channel_id.most_megabytes * MEGABYTE:
            return self.env._("Together the files are larger than the channel takes.")
        return self._judge_file(name, content, count, total)

    @api.model
    def _fetch_file(self, row, url, count):
        """Return the content of a file.

        :raises Refused: when we do not go there
        :raises Unreachable: when trying again may help
        :raises Problem: when it may not
        """
        if count > row.channel_id.most_files:
            raise Problem(
                422,
                "file",
                self.env._(
                    "%(name)s is one file too many; %(most)s can be sent at once.",
                    name=url,
                    most=row.channel_id.most_files,
                ),
            )
        if not row.channel_id._gives_files(url):
            raise Refused("origin")
        most = min(MOST_FILE_BYTES, row.channel_id.most_megabytes * MEGABYTE)
        try:
            target = judge(url, private=self._fetches_private())
        except Refused as error:
            if error.code == UNKNOWN_HOST:  # names are not resolved for a while, too
                raise Unreachable(error.code) from None
            raise
        answer = call(target, seconds=SECONDS, most_bytes=most)
        if answer.status in (408, 429) or answer.status >= 500:
            raise Unreachable("status")
        if answer.status != 200:
            raise Problem(
                422, "file", self.env._("The website answers %s.", answer.status)
            )
        if answer.is_cut:
            raise Problem(422, "file", self.env._("The file is too large."))
        return answer.body

    @api.model
    def _fetches_private(self):
        """Say whether files may lie in private networks: never."""
        return False

    @api.model
    def _tell_fetch(self, code):
        """Return why a file is not fetched, as a sentence for colleagues."""
        texts = {
            "origin": self.env._(
                "It is of no website from which this channel takes files."
            ),
            "private": self.env._("It leads into a private network."),
            "unknown": self.env._("There is no such website."),
            "timeout": self.env._("The website took too long."),
            "tls": self.env._("The certificate of the website is not trusted."),
        }
        return texts.get(code) or self.env._(
            "The website cannot be reached (%s).", code
        )


def _get_name(url):
    """Return how a file is called in what is told of it."""
    with suppress(ValueError):  # it is no address
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        url = " ".join(clean_text(name).split()) or url
    return url[:LONGEST_LINE]

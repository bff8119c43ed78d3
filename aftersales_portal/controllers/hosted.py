from contextlib import suppress

from odoo.http import request, route

from ..engine.bodies import Report
from ..engine.problem import Problem
from .api import MEGABYTE, OPEN
from .embed import WebForm
from .portal import is_post, is_readonly

HEADERS = {
    "Cache-Control": "no-store",
    # Browsers say of which page a form was sent.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class WebPage(WebForm):
    """The form of a channel on a page of its own, for links, and without scripts."""

    @route(
        "/aftersales/form/<string:channel>",
        methods=["GET", "POST"],
        readonly=is_readonly,
        sitemap=False,
        multilang=False,
        **OPEN,
    )
    def aftersales_form(self, channel):
        """Show the form, or take what it says."""
        found = request.aftersales_channel
        if not found or found.needs_token:
            return self._show_page(found, "gone", status=404)
        found = self._choose_page_language(found)
        if not found._is_open():
            return self._show_page(found, "closed", status=410)
        service = request.env["aftersales.portal.service"]._of_channel(found)
        try:
            case_type = service._find_channel_type(found, request.httprequest.args)
        except Problem:
            return self._show_page(found, "choose", types=service._get_web_types(found))
        if is_post():
            return self._take(service, found, case_type)
        _case, asked = service._get_hosted_form(found, case_type)
        return self._show_form(service, found, case_type, asked)

    def _choose_page_language(self, channel):
        """Return the channel in the language that the link or the browser wants."""
        wanted = request.httprequest.args.get("lang")
        if wanted:
            service = request.env["aftersales.portal.service"]
            request.update_context(lang=service._choose_language(channel, [wanted]))
        return channel.with_context(lang=request.env.lang)

    def _take(self, service, channel, case_type):
        """Make a case of what a page sent, or show it again with what is wrong."""
        report, sent = Report(case_type=case_type), request.httprequest
        asked = form = None
        try:
            with self._keeping(service, channel, report):
                self._ensure_ours(channel)
                form = self._read_page(service, channel)
                asked, has_more = service._read_hosted(
                    channel, report, form, sent.files
                )
                if has_more:
                    return self._show_form(
                        service, channel, case_type, asked, form, has_more=True
                    )
                # The same page sent twice is one report.
                receipt = service._process_report(channel, report, report.digest)
        except Problem as problem:
            if asked is None:
                # What was typed stays there, whatever was refused before it was read.
                with suppress(Problem):
                    form = self._read_page(service, channel)
                _case, asked = service._get_hosted_form(channel, case_type, form)
            return self._show_form(service, channel, case_type, asked, form, problem)
        return self._show_page(channel, "sent", receipt=receipt)

    def _ensure_ours(self, channel):
        """Guard: forms on pages of others are the API's."""
        origin = request.httprequest.headers.get("Origin")
        if origin:
            self._ensure_allowed(channel, Report())

    def _read_page(self, service, channel):
        """Return what was typed.

        :raises Problem: when it is too much, or nothing that can be read
        """
        sent = request.httprequest
        self._ensure_length()
        most = channel.most_megabytes * MEGABYTE
        if (sent.content_length or 0) > most:
            raise self._get_too_large(channel)
        sent.max_content_length = most
        with self._reading(service, channel):
            return sent.form

    def _show_form(
        self,
        service,
        channel,
        case_type,
        asked,
        form=None,
        problem=None,
        has_more=False,
    ):
        errors, others = service._tell_hosted(problem, asked) if problem else ({}, [])
        start = form.get("start") if form else None
        is_stale = problem and any(e["field"] == "start" for e in problem.errors or ())
        files = request.httprequest.files.getlist("files") if form else []
        limits = service._get_web_limits(channel)
        return self._show_page(
            channel,
            "form",
            status=problem.code if problem else 200,
            case_type=case_type.code,
            word=case_type._get_portal_word(),
            sentence=case_type.portal_sentence,
            questions=service._get_hosted_page(asked, form),
            errors=errors,
            others=others,
            has_more=has_more,
            lost=bool(form) and any(file.filename for file in files),
            limits=limits,
            files_help=service._get_files_help() % limits,
            start=service._get_start(channel) if is_stale or not start else start,
        )

    def _show_page(self, channel, page, status=200, **values):
        lang = (request.env.lang or "en_US").replace("_", "-")
        company = channel.company_id or request.env.company
        url = f"/aftersales/form/{channel.key}"
        response = request.render(
            "aftersales_portal.web_page",
            {
                "page": page,
                "url": url,
                "lang": lang,
                "channel": channel.key,
                # Where nothing was typed yet, a script makes it more comfortable.
                "has_script": page in ("choose", "form") and not is_post(),
                "company": company.sudo().name,
                # Of no channel nobody knows whose it would be.
                "email": channel.company_id.sudo().email,
                "html_data": {"lang": lang},
                "errors": {},
            }
            | values,
        )
        response.status_code = status
        response.headers.update(HEADERS)
        return response

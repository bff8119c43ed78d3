from werkzeug.exceptions import NotFound

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import CASES_PER_PAGE, LIST_URL
from ..engine.answers import read_ids
from ..engine.texts import clean_text

COUNTER = "aftersales_case_count"


def is_post():
    """Say whether something is to be done: core answers OPTIONS as if it were GET."""
    return request.httprequest.method == "POST"


def is_discard():
    """Say whether what was typed so far is to be forgotten."""
    return is_post() and request.httprequest.form.get("step") == "discard"


def is_readonly(controller, rule, args):
    """Say whether a request only looks."""
    return not is_post()


def form_route(path):
    """Return the route of a form, which posts to the address that shows it."""
    return route(
        path,
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
        readonly=is_readonly,
    )


def get_files():
    """Return the files of a request, and the ids of those to take out of the draft."""
    dropped = request.httprequest.form.getlist("drop")
    return request.httprequest.files.getlist("files"), read_ids(dropped)


def get_typed(name):
    """Return what was typed in a form; a file under that name is nothing typed."""
    return clean_text(request.httprequest.form.get(name))


class PortalCases(CustomerPortal):
    """The pages of cases. What they show, ``aftersales.portal.service`` decides."""

    def _get_service(self):
        return request.env["aftersales.portal.service"], request.env.user.partner_id

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if COUNTER in counters:
            service, partner = self._get_service()
            values[COUNTER] = service._count_cases(partner)
        return values

    @route()
    def home(self, **kw):
        """Name the card as customers call what they find there."""
        response = super().home(**kw)
        service, _partner = self._get_service()
        response.qcontext["case_words"] = service._get_menu_words()
        return response

    def _render(self, template, page_name, status=200, **values):
        service, _partner = self._get_service()
        values = self._prepare_portal_layout_values() | values
        values["case_words"] = service._get_menu_words()
        values["title"] = self._get_title(values)
        response = request.render(template, values | {"page_name": page_name})
        response.status_code = status
        # What somebody saw stays in no browser of a shared computer.
        response.headers["Cache-Control"] = "no-store"
        return response

    def _get_title(self, values):
        """Return what the browser calls a page: what it is about, and whose it is."""
        about = values.get("word") or values["case_words"]
        if case := values.get("case"):
            about = f"{case['word']} {case['number']}: {case['name']}"
        company = values.get("res_company") or request.env.company
        return f"{about} | {company.display_name}"

    def _find_own(self, case_id):
        """Return service, person and case of a page that is about a case.

        :raises NotFound: for a case that this person does not see
        """
        service, partner = self._get_service()
        case = service._find_case(partner, case_id)
        if not case:
            raise NotFound
        return service, partner, case

    def _done(self, service, case, sent):
        """Lead to the page of a case, which tells what was sent."""
        return request.redirect(f"{service._get_url(case.id)}?sent={sent}", code=303)

    # === Pages === #

    @route(
        [LIST_URL, f"{LIST_URL}/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_cases(
        self, page=1, sortby="", filterby="", groupby="", search="", **_kwargs
    ):
        """The list of the person's cases."""
        service, partner = self._get_service()
        asked = {"sort": sortby, "filter": filterby, "group": groupby, "search": search}
        options = service._get_list_options(partner, asked)
        total = service._count_cases(partner, options)
        pager = portal_pager(
            url=LIST_URL,
            total=total,
            page=page,
            step=CASES_PER_PAGE,
            url_args={
                "sortby": options["sort"],
                "filterby": options["filter"],
                "groupby": options["group"],
                "search": options["search"],
            },
        )
        return self._render(
            "aftersales_portal.portal_my_cases",
            "aftersales_cases",
            groups=service._get_rows(
                partner, options, max(pager["offset"], 0), CASES_PER_PAGE
            ),
            can_report=bool(service._get_choosable()),
            total=total,
            pager=pager if total > CASES_PER_PAGE else None,
            default_url=LIST_URL,
            searchbar_sortings=options["sortings"],
            searchbar_filters=options["filters"],
            searchbar_groupby=options["groups"],
            sortby=options["sort"],
            filterby=options["filter"],
            groupby=options["group"],
            search=options["search"],
        )

    @form_route(f"{LIST_URL}/<int:case_id>")
    def portal_my_case(self, case_id, sent="", **_kwargs):
        """The page of one case, with a form to reply."""
        service, partner, case = self._find_own(case_id)
        if case.merged_into_id:
            return self._lead_on(service, partner, case)
        if not is_post():
            return self._show_case(service, partner, case, sent=sent)
        if not service._may_reply(case):
            raise NotFound
        if is_discard():
            service._discard_draft(service._get_reply_key(case.id))
            return request.redirect(f"{service._get_url(case.id)}#reply", code=303)
        errors = service._reply(
            partner, case, get_typed("message"), *get_files(), once=get_typed("once")
        )
        if errors:
            return self._show_case(service, partner, case, status=422, errors=errors)
        return self._done(service, case, "reply")

    def _lead_on(self, service, partner, case):
        """Lead from a merged case to the one that goes on, if the person sees that."""
        survivor = service._find_survivor(partner, case)
        if survivor:
            return request.redirect(service._get_url(survivor.id))
        return self._render(
            "aftersales_portal.portal_case_elsewhere", "aftersales_cases"
        )

    def _show_case(self, service, partner, case, status=200, **values):
        page = service._get_page(partner, case)
        return self._render(
            "aftersales_portal.portal_my_case",
            "aftersales_case",
            status=status,
            case=page,
            **service._get_brand(case),
            **{"errors": {}, "sent": "", **values},
        )

    @route(
        f"{LIST_URL}/<int:case_id>/files/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_case_file(self, case_id, file_id, **_kwargs):
        """A file of a case, for who may have it."""
        service, partner = self._get_service()
        found = service._get_stream(partner, case_id, file_id)
        if not found:
            raise NotFound
        stream, is_shown = found
        stream.public = False
        response = stream.get_response(as_attachment=not is_shown, max_age=0)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        return response

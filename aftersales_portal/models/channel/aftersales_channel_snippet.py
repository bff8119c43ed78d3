from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.urls import urljoin


class AftersalesChannel(models.Model):
    """What one copies to put the form of a channel on a website."""

    _inherit = "aftersales.channel"

    form_type_id = fields.Many2one(
        "aftersales.case.type",
        "Form For",
        store=False,
        domain="[('id', 'in', type_ids)]",
        help="Copied with it; without one, visitors choose.",
    )
    form_url = fields.Char("3. Link to the Form", compute="_compute_snippets")
    snippet_here = fields.Char(
        "1. Where the Form Stands",
        compute="_compute_snippets",
        help="In WordPress: a block Custom HTML. Editors and administrators can add it.",
    )
    snippet_script = fields.Char(
        "2. Once, in the Footer",
        compute="_compute_snippets",
        help="In WordPress: in the footer of the theme. An administrator adds it once.",
    )
    snippet_place = fields.Char(
        "2. Where a Form Stands",
        compute="_compute_snippets",
        help="In WordPress: a block Custom HTML. Authors can add it, too.",
    )

    @api.depends("key", "form_type_id")
    @api.depends_context("lang")
    def _compute_snippets(self):
        for channel in self:
            base, code = channel.get_base_url(), channel.form_type_id.code
            about = Markup(' data-aftersales-type="%s"') % code if code else ""
            url = f"{base}/aftersales/form/{channel.key}"
            url = f"{url}?type={code}" if code else url
            script = urljoin(base, "/aftersales/embed.js")
            word = (
                channel.form_type_id._get_portal_word()
                if code
                else self.env._("Report something")
            )
            is_known = bool(channel.key)
            channel.form_url = is_known and url
            channel.snippet_script = Markup('<script src="%s" async></script>') % script
            channel.snippet_here = is_known and (
                Markup('<script src="%s" data-channel="%s"%s async></script>')
                % (
                    script,
                    channel.key,
                    Markup(' data-type="%s"') % code if code else "",
                )
            )
            channel.snippet_place = is_known and (
                Markup('<div data-aftersales-channel="%s"%s><a href="%s">%s</a></div>')
                % (channel.key, about, url, word)
            )

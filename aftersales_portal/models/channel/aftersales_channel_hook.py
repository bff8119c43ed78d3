import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import consteq

from odoo.addons.aftersales_case.const import INTAKE_WAITING

from ...const import REASON_NEW, REASON_UNMAPPED
from ...engine.public_hosts import Refused, read_url
from ...engine.texts import read_origin

HOOK_FIELDS = ("hook_digest", "hook_end", "hook_at")
MANAGER = "aftersales_case.group_aftersales_manager"


class AftersalesChannel(models.Model):
    """The hook of a channel: where plug-ins of forms on websites send what they got.

    Visitors see no answer of ours there, so everything is taken, and judged afterwards.
    """

    _inherit = "aftersales.channel"

    hook_digest = fields.Char(readonly=True, copy=False, groups="base.group_system")
    hook_end = fields.Char("Hook Ends With", readonly=True, copy=False)
    hook_at = fields.Datetime("Hook Made On", readonly=True, copy=False)
    hook_secret = fields.Char(
        "Secret of WPForms",
        copy=False,
        groups=MANAGER,
        help="With it, what WPForms did not sign is refused. Other plug-ins sign nothing.",
    )
    mapping_ids = fields.One2many(
        "aftersales.channel.mapping", "channel_id", "Mapping of a Form", copy=True
    )
    file_origins = fields.Text(
        "Websites of Files",
        help="From where files are fetched of which a form sends the address; one"
        " website a line. Empty means the allowed websites.",
    )
    unmapped_count = fields.Integer("Not Mapped", compute="_compute_unmapped_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_unmapped_count(self):
        rows = self.env["aftersales.intake"]._read_group(
            self._get_unmapped_domain(),
            ["channel_id"],
            ["__count"],
        )
        counts = {channel.id: count for channel, count in rows}
        for channel in self:
            channel.unmapped_count = counts.get(channel._origin.id, 0)

    @api.constrains("file_origins")
    def _check_file_origins(self):
        for channel in self:
            for line in (channel.file_origins or "").split():
                if not read_origin(line):
                    raise ValidationError(
                        self.env._(
                            "Websites of Files: “%s” is no address of a website. Write"
                            " it as https://www.example.com.",
                            line,
                        )
                    )

    # === The token in its address === #

    def action_make_hook(self):
        """Make a new address of the hook, which replaces the one before; show it once.

        :raises AccessError: for whoever may not change the channel
        """
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(32)
        # sudo: kept by the system; the right was checked
        self.sudo().write(
            {
                "hook_digest": _get_digest(token),
                "hook_end": token[-4:],
                "hook_at": fields.Datetime.now(),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hook of %s", self.name),
            "res_model": "aftersales.channel.token",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            # Never stored: the dialog is closed, not saved.
            "context": {
                "default_token": f"{self.address}/hook/{token}",
                "default_is_hook": True,
                "dialog_size": "medium",
            },
        }

    def action_remove_hook(self):
        """Take the address back: no plug-in gets in any more.

        :raises AccessError: for whoever may not change the channel
        """
        self.check_access("write")
        # sudo: as above
        self.sudo().write(dict.fromkeys(HOOK_FIELDS, False))
        return True

    def _is_hook_token(self, token):
        """Say whether somebody shows the token of the hook."""
        self.ensure_one()
        known = self.sudo().hook_digest  # sudo: compared, shown to nobody
        return bool(known and token) and consteq(known, _get_digest(token))

    # === Mapping === #

    def action_take_paths(self):
        """Add to the mapping what the last submission brought that is not in it yet.

        :raises AccessError: for whoever may not change the channel
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: of one's own channel, whose submissions managers sort
        rows = self.env["aftersales.intake"].sudo()
        last = rows.search(
            [("channel_id", "=", self.id), ("is_hooked", "=", True)],
            order="received_at desc, id desc",
            limit=1,
        )
        if not last.source:
            raise UserError(
                self.env._(
                    "Nothing has arrived yet. Send the form of the website once."
                )
            )
        # sudo: what was sent last is kept by the system; the right was checked
        mappings = self.sudo().mapping_ids
        known = {mapping.path: mapping for mapping in mappings}
        found = last._read_sent()
        for path, texts in found.items():
            if path in known:
                known[path].sample = self._get_sample(texts)
        new = [path for path in found if path not in known]
        mappings.create(
            [
                {
                    "channel_id": self.id,
                    "path": path,
                    "sample": self._get_sample(found[path]),
                    "sequence": len(known) + number,
                }
                for number, path in enumerate(new)
            ]
        )
        return True

    def _get_sample(self, texts):
        return ", ".join(texts)[:100]

    def action_judge_unmapped(self):
        """Try all submissions again that did not fit.

        :raises AccessError: for whoever may not change the channel
        """
        self.check_access("write")
        # sudo: of one's own channels, whose submissions managers sort
        rows = self.env["aftersales.intake"].sudo()
        waiting = rows.search(self._get_unmapped_domain())
        waiting.write({"reason": REASON_NEW})
        self.env.ref("aftersales_portal.cron_judge_hooked")._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Tried again: %s. Reload in a moment to see whether any is left.",
                    len(waiting),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_unmapped(self):
        self.ensure_one()
        domain = self._get_unmapped_domain()
        return self.action_open_arrivals() | {"domain": list(domain)}

    def _get_unmapped_domain(self):
        return Domain(
            [
                ("channel_id", "in", self._origin.ids),
                ("state", "=", INTAKE_WAITING),
                ("reason", "=", REASON_UNMAPPED),
            ]
        )

    def _gives_files(self, url):
        """Say whether files may be fetched from an address, by its website."""
        self.ensure_one()
        lines = (self.file_origins or self.origins or "").split()
        try:
            scheme, host, port, _path = read_url(url)
        except Refused:
            return False
        named = f"[{host}]" if ":" in host else host
        return read_origin(f"{scheme}://{named}:{port}") in {
            read_origin(line) for line in lines
        } - {None}


def _get_digest(token):
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

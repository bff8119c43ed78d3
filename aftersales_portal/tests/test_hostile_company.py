from odoo.exceptions import AccessError
from odoo.tests import tagged

from .webhooks import WebhookCommon


@tagged("post_install", "-at_install")
class TestHostileCompany(WebhookCommon):
    """A manager of one company leads nothing of it into another one."""

    def test_moved(self):
        """Neither a webhook, to hear of its cases, nor a channel, to make some there."""
        other = self.env["res.company"].create({"name": "Next Door"})
        vals = {"company_id": False, "team_id": False, "code": "SHARED"}
        shared = self.type_complaint.copy(vals)
        channel = self.env["aftersales.channel"].create(
            {
                "name": "Website",
                "key": "website",
                "company_id": self.company.id,
                "type_ids": shared.ids,
            }
        )
        foreign = channel.copy({"key": "foreign", "company_id": other.id})
        mapping = self.env["aftersales.channel.mapping"].create(
            {"channel_id": channel.id, "path": "b"}
        )
        hook = self._new_hook(name="Moved")
        for record, vals in (
            (hook, {"company_id": other.id}),
            (channel, {"company_id": other.id}),
            (mapping, {"channel_id": foreign.id}),
        ):
            with self.subTest(record=record._name):
                field = next(iter(vals))
                was = record[field]
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    self._as(self.manager, record).write(vals)
                self.env.invalidate_all()
                self.assertEqual(record[field], was)
        hook.with_user(self.env.ref("base.user_admin")).sudo().company_id = other
        self.assertEqual(hook.company_id, other)

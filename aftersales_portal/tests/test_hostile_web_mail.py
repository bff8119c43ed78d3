from odoo.tests import tagged

from .web import WebSetup


@tagged("post_install", "-at_install")
class TestHostileMail(WebSetup):
    """What strangers type sends few mails to whoever they name."""

    def test_one_mailbox(self):
        """However an address is written, one mailbox gets so many confirmations."""
        addresses = [
            "victim@elsewhere.example",
            "Victim@elsewhere.example",
            "VICTIM@Elsewhere.Example",
            "victim+a@elsewhere.example",
            "vIctim+b@elsewhere.example",
            "victim@ELSEWHERE.example",
            "victim+c+d@elsewhere.example",
        ]
        cases = [self._case(self._send(self._body(email=one))) for one in addresses]
        self.assertEqual(self._count_mails(cases), [1, 1, 1, 1, 1, 0, 0])

    def test_others(self):
        """Signs that a search would take for any sign make nobody somebody else."""
        for number in range(6):
            self._send(self._body(email=f"a{number}b@elsewhere.example"))
        cases = [
            self._case(self._send(self._body(email=one)))
            for one in ("a_b@elsewhere.example", "%@elsewhere.example")
        ]
        self.assertEqual(self._count_mails(cases), [1, 1])

    def _count_mails(self, cases):
        mails = self.env["mail.mail"]
        return [
            mails.search_count([("model", "=", case._name), ("res_id", "=", case.id)])
            for case in cases
        ]

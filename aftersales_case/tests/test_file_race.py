import os
import threading
import time

from odoo.tests import tagged

from .races import SECONDS, RaceCase

BYTES = 32_000_000
# Who looks may come a moment late, when the first is done: not in every round.
ROUNDS = 6


@tagged("post_install", "-at_install")
class TestFileRace(RaceCase):
    """The same file comes to two workers at the same moment."""

    def _write(self, content, checksum):
        with self._transaction() as env:
            env["ir.attachment"]._file_write(content, checksum)

    def test_same_file_at_once(self):
        """Who comes while the other still writes keeps it too, and it is whole."""
        for number in range(ROUNDS):
            with self.subTest(number):
                self.assert_kept_at_once()

    def assert_kept_at_once(self):
        content = os.urandom(BYTES)
        with self._transaction() as env:
            files = env["ir.attachment"]
            checksum = files._compute_checksum(content)
            path = files._get_path(content, checksum)[1]
        first = threading.Thread(target=self._write, args=(content, checksum))
        self.addCleanup(os.unlink, path)
        self.addCleanup(first.join, SECONDS)
        first.start()
        deadline = time.monotonic() + SECONDS
        while not os.path.exists(path):
            self.assertLess(time.monotonic(), deadline, "nothing was written")
        self._write(content, checksum)
        first.join(SECONDS)
        with open(path, "rb") as stored:
            self.assertEqual(stored.read(), content)
        # Nothing is left beside it.
        folder, name = os.path.split(path)
        beside = [other for other in os.listdir(folder) if other.startswith(name)]
        self.assertEqual(beside, [name])

from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_case.engine.similar import similarity, trigrams


@tagged("post_install", "-at_install")
class TestSimilarEngine(BaseCase):
    def test_trigrams_like_the_database(self):
        """Words are padded and lower-cased, as pg_trgm does."""
        self.assertEqual(trigrams("Cat"), {"  c", " ca", "cat", "at "})
        self.assertEqual(trigrams("foo|bar"), trigrams("bar Foo"))

    def test_similarity(self):
        """Fixed figures of PostgreSQL's similarity() for the same words."""
        self.assertAlmostEqual(similarity("word", "two words"), 4 / 11, places=6)
        self.assertEqual(similarity("Machine leaks", "machine LEAKS!"), 1.0)
        self.assertEqual(similarity("Machine leaks", "Invoice wrong"), 0.0)
        self.assertEqual(similarity("", "x"), 0.0)
        self.assertEqual(similarity(None, None), 0.0)

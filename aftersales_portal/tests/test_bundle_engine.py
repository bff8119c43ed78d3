from odoo.tests import BaseCase, tagged

from ..engine import bundle

FIRST = """import {
    one,
    other,
} from "./zero.esm";
import {two} from "./two.esm";

// Said to who reads it.
export function three() {
    return one + two;
}
export async function four() {}
export class Five {}
export const six = " import {a} from 'b' ";
"""


@tagged("post_install", "-at_install")
class TestBundleEngine(BaseCase):
    """Several modules become one script."""

    def test_join(self):
        """Nothing is imported and exported; constants come first; comments go."""
        script = bundle.join([FIRST], {"NAME": '"x"'})
        self.assertTrue(script.startswith('(()=>{"use strict";const NAME="x";'))
        self.assertNotIn("export ", script)
        self.assertNotIn("esm", script)
        self.assertNotIn("Said", script)
        for kept in ("function three()", "async function four()", "class Five"):
            self.assertIn(kept, script)
        self.assertIn("\" import {a} from 'b' \"", script)

"""One script of several modules, for pages that have no loader. Pure Python."""

import re

from rjsmin import jsmin

IMPORT = re.compile(r'^import [^;]*? from "[^"]+";\n', re.MULTILINE)
EXPORT = re.compile(
    r"^export (?=(?:async )?(?:function|class|const|let) )", re.MULTILINE
)


def join(sources, constants):
    """Return one script of modules, each behind those that it imports.

    They share one scope: no two of them may give the same name.

    :param sources: list of texts
    :param constants: ``{name: literal of JavaScript}``

    >>> join(['export const two = 2;\\n'], {"ONE": "1"})
    '(()=>{"use strict";const ONE=1;const two=2;})();'
    """
    given = [f"const {name} = {literal};\n" for name, literal in constants.items()]
    body = "".join(given + [EXPORT.sub("", IMPORT.sub("", one)) for one in sources])
    return jsmin(f'(() => {{"use strict";\n{body}}})();').strip()

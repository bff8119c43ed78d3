"""Compare translations with their template: `translations.py check|merge LANGS POT...`.

`check` fails if a .po file has other terms than the .pot beside it; `merge` gives it
the same terms. Both report what is not translated.
"""

import sys
from pathlib import Path

import polib


def main(mode, languages, *templates):
    """Print what is wrong with the translations; return 1 if `check` failed."""
    in_step = True
    for template in map(Path, templates):
        for language in languages.split(","):
            in_step &= _look_at(mode, template, template.with_name(f"{language}.po"))
    return int(not in_step)


def _look_at(mode, template, path):
    """Check or merge one translation; return whether it is in step afterwards."""
    label = f"{template.stem}/{path.name}"
    if not template.exists():
        print(f"{label}: there is no {template.name}")
        return False
    if not path.exists():
        print(f"{label}: not translated yet")
        return True
    wanted = polib.pofile(str(template))
    found = polib.pofile(str(path))
    changes = _terms(wanted) ^ _terms(found)
    if changes and mode == "merge":
        found.merge(wanted)
        found.save()
    elif changes:
        print(f"{label}: not in step with {template.name}: {min(changes)}")
    _report(label, found)
    return not changes or mode == "merge"


def _terms(file):
    """Return the set of terms, each with its context."""
    return {(entry.msgctxt or "", entry.msgid) for entry in file if not entry.obsolete}


def _report(label, file):
    """Print how many terms are untranslated or uncertain, if any."""
    untranslated = len(file.untranslated_entries())
    fuzzy = len(file.fuzzy_entries())
    if untranslated or fuzzy:
        print(f"{label}: {untranslated} untranslated, {fuzzy} fuzzy")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The terms of each addon and their translations, against a fresh export of Odoo.

    scripts/run i18n            write i18n/ADDON.pot, bring every .po up to it
    scripts/run i18n --check    say what is stale, untranslated or lost a placeholder

The workbench makes the export from a database with the addon installed and hands its
path over, and the addon's name; this runs in Odoo's environment, which has polib.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
COMPLETE = ("zh_CN",)
"""Languages that the product promises in full (U11)."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w[\w.]*\}|%%")


def update(export: polib.POFile, folder: Path, pot: Path) -> None:
    """Write the template and merge it into each translation."""
    folder.mkdir(exist_ok=True)
    # Dates of the export would make every run a change.
    for key in ("POT-Creation-Date", "PO-Revision-Date"):
        export.metadata.pop(key, None)
    export.save(str(pot))
    for path in sorted(folder.glob("*.po")):
        translation = polib.pofile(str(path), wrapwidth=78)
        translation.merge(export)
        for entry in translation.obsolete_entries():
            translation.remove(entry)
        # In the order of the template, wherever a term came from.
        place = {entry.msgid: index for index, entry in enumerate(export)}
        translation.sort(key=lambda entry: place[entry.msgid])
        translation.save(str(path))
        print(f"{path.name}: {translation.percent_translated()} % of {len(translation)} terms")


def faults(export: polib.POFile, folder: Path, pot: Path) -> Iterator[str]:
    """What is stale in the template, and missing or broken in the promised languages."""
    if not pot.is_file():
        yield f"{pot.name} is not there"
        return
    wanted = {entry.msgid: entry for entry in export}
    present = {entry.msgid for entry in polib.pofile(str(pot))}
    yield from (f"{pot.name}: new term {term!r}" for term in sorted(wanted.keys() - present))
    yield from (
        f"{pot.name}: gone from the sources {term!r}" for term in sorted(present - wanted.keys())
    )
    for language in COMPLETE:
        path = folder / f"{language}.po"
        if not path.is_file():
            yield f"{path.name} of {pot.stem} is not there"
            continue
        entries = {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}
        for term in sorted(wanted):
            entry = entries.get(term)
            if entry is None or not entry.msgstr or entry.fuzzy:
                yield f"{path.name}: not translated {term!r}"
            elif set(wanted[term].occurrences) - set(entry.occurrences):
                # Odoo loads a translation only where its occurrences say.
                yield f"{path.name}: not translated everywhere it is shown {term!r}"
            elif _placeholders(term) != _placeholders(entry.msgstr):
                yield f"{path.name}: other placeholders in {entry.msgstr!r} than in {term!r}"


def _placeholders(text: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(text))


def main(arguments: list[str]) -> int:
    path, addon = arguments[:2]
    folder = ROOT / addon / "i18n"
    pot = folder / f"{addon}.pot"
    export = polib.pofile(path, wrapwidth=78)
    if "--check" not in arguments:
        update(export, folder, pot)
        return 0
    found = list(faults(export, folder, pot))
    translated = f"{addon}: {len(export)} terms, all translated into {', '.join(COMPLETE)}"
    print("\n".join(found) or translated)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

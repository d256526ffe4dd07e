"""The catalogs of texts of the public site: ``make texts`` collects what the templates say, ``make setup`` compiles.

``python -m infra.tooling.texts extract`` writes pages.pot and brings each pages.po up to date, keeping translations;
``compile`` writes each pages.mo; ``check`` fails where a catalog lacks a text of the templates, or has another.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from casereview.schema.languages import DEFAULT, LANGUAGES
from infra.paths import ROOT

FOLDER: Final = ROOT / "functions/pages/pages"
TEMPLATES: Final = FOLDER / "templates"
LOCALES: Final = FOLDER / "locales"
BEGUN: Final = datetime(2026, 11, 30, tzinfo=UTC)
"""What the catalogs name as their day, so that they change with their texts alone."""


def wanted() -> Catalog:
    """Return the texts of the templates, in English."""
    found = Catalog(creation_date=BEGUN)
    methods = [("**.html", "jinja2.ext:babel_extract")]
    for name, line, message, comments, context in extract_from_dir(TEMPLATES, methods, strip_comment_tags=True):
        found.add(message, None, [(f"templates/{name}", line)], auto_comments=comments, context=context)
    return found


def path_of(language: str) -> Path:
    """Return the path of the catalog of a language."""
    return LOCALES / language / "LC_MESSAGES/pages.po"


def read(language: str) -> Catalog:
    """Return the catalog of a language; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return _headed(Catalog(locale=language))
    with path.open("rb") as file:
        return _headed(read_po(file, locale=language))


def _headed(catalog: Catalog) -> Catalog:
    """Return a catalog with a head that does not change from day to day, and names nobody."""
    catalog.header_comment, catalog.fuzzy = "# Texts of the public site.", False
    catalog.project, catalog.version, catalog.msgid_bugs_address = "case review", "1", ""
    catalog.creation_date = catalog.revision_date = BEGUN
    catalog.last_translator = catalog.language_team = str(catalog.locale)
    return catalog


def translated() -> tuple[str, ...]:
    """Return the languages that have a catalog: all but English."""
    return tuple(language for language in LANGUAGES if language != DEFAULT)


def extract() -> None:
    """Bring each catalog up to date with the templates."""
    texts = wanted()
    for language in translated():
        catalog = read(language)
        catalog.update(texts, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, catalog, width=120, omit_header=False, no_location=True, sort_output=True)


def compile_all() -> None:
    """Write what the site reads."""
    for language in translated():
        with path_of(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


def faults() -> Iterator[str]:
    """Yield what a catalog lacks or has too much."""
    texts = dict.fromkeys(message.id for message in wanted() if message.id)
    for language in translated():
        catalog = read(language)
        own = {message.id: message for message in catalog if message.id}
        yield from (f"{language}: not translated: {key}" for key in texts if key not in own or _lacks(own[key]))
        yield from (f"{language}: not in the templates: {key}" for key in own if key not in texts)
        for message in own.values():
            yield from (f"{language}: {error}: {message.id}" for error in message.check(catalog))


def _lacks(message: Message) -> bool:
    """Tell whether a text is blank, or one of its plural forms is."""
    said = message.string
    return not said or not (isinstance(said, str) or all(said))


def main(arguments: list[str]) -> int:
    """Do what the one argument says, and return the exit code."""
    match arguments:
        case ["extract"]:
            extract()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = sorted(faults())
            print("\n".join(found))
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

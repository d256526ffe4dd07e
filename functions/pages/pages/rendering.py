"""Pages as HTML: the templates, with the texts of a language and what every page shows."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

from casereview.schema.base import EASTERN
from casereview.schema.identifiers import canonical_a_number, is_short_a_number
from casereview.schema.languages import LANGUAGES, Language, direction
from casereview.web.assets import assets
from casereview.web.browser import PageAnswer
from pages.dates import clock_time, long_date
from pages.form import MOST_CONVICTIONS
from pages.hours import DETENTION_LINE, opening
from pages.languages import NAMES, catalog
from pages.offices import Office, office, offices
from pages.said import Said, said

_NAME: Final = "pages"
_PACKAGE: Final = files(_NAME)
_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=EASTERN)


@cache
def environment(language: Language) -> Environment:
    """Return the settings of the templates and the texts of a language."""
    environment = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    texts = catalog(language)
    install: Any = environment
    install.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext)
    return environment


def _loader() -> BaseLoader:
    """Return the loader of the compiled templates where the build made them, else of their sources."""
    compiled = _PACKAGE.joinpath("compiled")
    return ModuleLoader(str(compiled)) if compiled.is_dir() else FileSystemLoader(str(_PACKAGE.joinpath("templates")))


def prepare() -> None:
    """Read what pages are made of: files, dates, texts and the templates in each language; makes no call."""
    assets(_NAME)
    for language in LANGUAGES:
        site = environment(language)
        for template in _PACKAGE.joinpath("templates").iterdir():
            site.get_template(template.name)
        long_date(_SOME_DAY, language)


class Page:
    """Renders pages for one request.

    Args:
        prefix: what comes before the path of the site in an address, as the stage of an API.
        language: the language of the texts.
        at: the time of the request.
        path: the address of the page below its language; the links to other languages lead to it.
    """

    def __init__(self, prefix: str, language: Language, at: datetime, path: str = "") -> None:
        self.prefix = prefix
        self.path = path
        self.language: Language = language
        self.at = at

    def url(self, page: str) -> str:
        """Return the address of a page in the language of this one."""
        return f"{self.prefix}/{self.language}/{page}"

    def show(self, name: str, status: int = 200, **values: object) -> PageAnswer:
        """Return a page as an answer.

        Args:
            name: the name of the page and of its template.
            status: the HTTP status.
            values: what the template shows.
        """
        template = environment(self.language).get_template(f"{name}.html")
        return PageAnswer(template.render(page=name, path=self.path, **self._common(), **values), status)

    def _common(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "direction": direction(self.language),
            "names": NAMES,
            "languages": sorted(LANGUAGES),
            "prefix": self.prefix,
            "url": self.url,
            "asset": lambda asset: f"{self.prefix}/{assets(_NAME)[asset].path}",
            "line": DETENTION_LINE.number,
            "most_convictions": MOST_CONVICTIONS,
            "opening": opening(DETENTION_LINE, self.at),
            "now": self.at,
            "eastern": EASTERN,
            "office_of": self.office,
            "offices": self.offices,
            "day": self.day,
            "time": self.time,
            "moment": moment,
            "said": self.said,
            "grouped": grouped_a_number,
            "padded": is_short_a_number,
        }

    def day(self, at: datetime, *, weekday: bool = False, zone: ZoneInfo = EASTERN) -> str:
        """Return a day as the language writes it, in Eastern time by default."""
        return long_date(at, self.language, weekday=weekday, zone=zone)

    def time(self, at: datetime, zone: ZoneInfo = EASTERN) -> str:
        """Return a time of day as the language writes it, in Eastern time by default."""
        return clock_time(at, self.language, zone)

    def office(self, code: str | None) -> Office | None:
        """Return a field office with its number, and whether it is open; None for a code that is none."""
        return office(code, self.at)

    def said(self, message: str) -> Said:
        """Return what the public API says, in the language of the page where that is possible."""
        return said(message, self.language)

    def offices(self) -> list[Office]:
        """Return all field offices, by name."""
        return offices(self.at)


def moment(text: str) -> datetime:
    """Return a time of the public API; a day counts as its first instant in Eastern time."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=EASTERN)


def grouped_a_number(text: str) -> str:
    """Return a valid A-number to be compared digit by digit: ``A 012 345 678``."""
    digits = canonical_a_number(text)[1:]
    return f"A {digits[:3]} {digits[3:6]} {digits[6:]}"

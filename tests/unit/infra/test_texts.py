"""The catalogs of the site's texts are found at fault where a text, or one of its plural forms, is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from infra.tooling import texts

ONE, MANY = "One week.", "%(count)s weeks."


@pytest.fixture
def spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the catalog of the one language there is, for templates that say two texts."""
    wanted = Catalog()
    wanted.add("Help")
    wanted.add((ONE, MANY))
    monkeypatch.setattr(texts, "LOCALES", tmp_path)
    monkeypatch.setattr(texts, "wanted", lambda: wanted)
    monkeypatch.setattr(texts, "translated", lambda: ("es",))
    texts.extract()
    return texts.path_of("es")


def say(path: Path, *lines: str) -> list[str]:
    """Return the faults after the translations, line by line, took the place of the blank ones."""
    head, blank, tail = path.read_text("utf-8").partition('msgid "Help"')
    said = iter(lines)
    kept = [
        f'{line[:-2]}"{next(said, "")}"' if line.startswith("msgstr") else line for line in (blank + tail).splitlines()
    ]
    path.write_text(head + "\n".join(kept) + "\n", "utf-8")
    return list(texts.faults())


def test_a_catalog_with_every_text_has_no_faults(spanish: Path) -> None:
    assert say(spanish, "Ayuda", "Una semana.", "%(count)s semanas.", "%(count)s semanas.") == []


def test_a_missing_text_and_a_missing_plural_form_are_faults(spanish: Path) -> None:
    assert [fault.partition(": ")[2] for fault in say(spanish)] == [
        "not translated: Help",
        f"not translated: {(ONE, MANY)}",
    ]
    (fault,) = say(spanish, "Ayuda", "Una semana.", "", "%(count)s semanas.")
    assert fault == f"es: not translated: {(ONE, MANY)}"


def test_a_slot_that_the_english_text_lacks_is_a_fault(spanish: Path) -> None:
    found = say(spanish, "Ayuda", "Una semana.", "%(number)s semanas.", "%(count)s semanas.")
    assert len(found) == 1
    assert "number" in found[0]


def test_a_text_that_no_template_says_is_a_fault(spanish: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(spanish, "Ayuda", "Una semana.", "%(count)s semanas.", "%(count)s semanas.")
    monkeypatch.setattr(texts, "wanted", Catalog)
    assert set(texts.faults()) == {"es: not in the templates: Help", f"es: not in the templates: {(ONE, MANY)}"}

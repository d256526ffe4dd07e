from __future__ import annotations

from typing import get_args

import pytest

from casereview.schema.languages import LANGUAGES
from casereview.schema.vocabulary import TemplateId
from notify.message_parts import parts_of
from notify.render import render


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),  # not in the alphabet, as most accents of Spanish
        ("á" + "a" * 70, 2),
        ("ب" * 134, 2),
        ("ب" * 135, 3),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
    ],
)
def test_a_text_message_has_as_many_parts_as_the_network_splits_it_into(text: str, parts: int) -> None:
    assert parts_of(text) == parts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", get_args(TemplateId))
def test_no_message_has_more_than_four_parts(template: TemplateId, language: str) -> None:
    receipt, look_up = "9J03-1R92-ESN7-Q6BQ-C", "https://casereview.agency.gov/look-up"
    found = render(template, language, others=True, receipt=receipt, look_up=look_up)
    assert 1 <= parts_of(found.sms) <= 4

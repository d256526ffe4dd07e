"""Changes of sessions are checked by the type checker and at run time."""

from __future__ import annotations

from typing import get_type_hints

import pytest
from pydantic import ValidationError

from desk.session_records import Session, SessionFields

SESSION = Session(sub="s", user="omar", id_token="t", token_ends_at=1, refresh_token="r")  # no real tokens


def test_the_field_set_has_the_fields_of_the_record_with_their_types() -> None:
    hints = get_type_hints(Session)
    assert get_type_hints(SessionFields) == {name: hints[name] for name in Session.model_fields}


def test_mypy_and_evolve_reject_a_misspelt_field_and_a_wrong_type() -> None:
    with pytest.raises(ValidationError):
        SESSION.evolve(id_tokken="t")  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        SESSION.evolve(token_ends_at="soon")  # type: ignore[arg-type]
    assert SESSION.evolve(token_ends_at=2).token_ends_at == 2

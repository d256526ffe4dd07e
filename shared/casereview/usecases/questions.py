"""The questions in free text that officers put to verified requesters, as they are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.usecases.sealed_text import read_words
from casereview.usecases.services import CaseServices


class QuestionText(NamedTuple):
    """The questions that a case waits, or waited, for an answer to."""

    asked: tuple[tuple[str, str | None], ...]
    """Each text with its language; None where an older release stored none."""
    asked_at: datetime
    answer_by: datetime
    to: tuple[str, ...]
    """The receipts of the requests that are asked; empty if all are."""

    def is_put_to(self, receipt: str) -> bool:
        """Return whether a request is among those that are asked."""
        return not self.to or receipt in self.to


def question_words(
    asked: Sequence[tuple[str, str]], asked_at: datetime, answer_by: datetime, to: Sequence[str] | None
) -> dict[str, Any]:
    """Return questions, each with its language, as they are sealed; a release before this one reads them too."""
    return {
        "asked": [text for text, _language in asked],
        "languages": [language for _text, language in asked],
        "asked_at": rfc3339(asked_at),
        "answer_by": rfc3339(answer_by),
        "to": to,
    }


def read_question(services: CaseServices, case: Case) -> QuestionText | None:
    """Read and open the newest question of a case, by one read and one KMS call; None if it has none."""
    words = read_words(services.table, services.seal, case.case_id, case.asked)
    if not words:
        return None
    return QuestionText(
        asked=tuple(zip_longest(words["asked"], words.get("languages", ()))),
        asked_at=datetime.fromisoformat(words["asked_at"]),
        answer_by=datetime.fromisoformat(words["answer_by"]),
        to=tuple(words.get("to") or ()),
    )

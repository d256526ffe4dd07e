"""The queues of the staff API as pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from desk.visit import Visit

if TYPE_CHECKING:
    from casereview.web.api_answer import ApiAnswer
    from casereview.web.browser import PageAnswer


def show_queue(
    visit: Visit, name: str, problem: ApiAnswer | None = None, status: int = HTTPStatus.OK, **more: object
) -> PageAnswer:
    """Show a page of a queue, and what was refused of a form on it.

    Args:
        visit: The visit; the address has the cursor.
        name: The name of the queue in the staff API, and of the template.
        problem: What was refused.
        status: The status of the page if nothing was refused.
        more: More values of the template.
    """
    answer = visit.api.get(f"/{name}", visit.cursor)
    if not answer.ok:
        return visit.failed(answer)
    values = {"items": answer.body["items"], "next": answer.body["next"], "problem": problem, **more}
    return visit.show(name, problem.status if problem else status, **values)

"""Pages that are text alone."""

from __future__ import annotations

from datetime import datetime

from casereview.web.browser import PageAnswer
from pages.form import carried
from pages.public_api import ApiRequest
from pages.visit import Visit


def start(visit: Visit) -> PageAnswer:
    """Show the first page."""
    return visit.page.show("start")


def near(visit: Visit) -> PageAnswer:
    """Show what to do, and in which order, where removal is near; what was typed into the form goes along."""
    return visit.page.show("near", kept=carried(visit.form))


def notice(visit: Visit) -> PageAnswer:
    """Show the notice that everyone should read before filing."""
    answer = visit.ask(ApiRequest("GET", "/notice", query={"language": visit.page.language}))
    return visit.page.show("notice", answer.status, text=answer.body.get("text"))


def statistics(visit: Visit) -> PageAnswer:
    """Show how long requests usually wait, at the offices of which that is published."""
    answer = visit.ask(ApiRequest("GET", "/statistics"))
    offices = answer.body["offices"] if answer.ok else []
    return visit.page.show(
        "statistics",
        answer.status,
        found=answer.body if answer.ok else None,
        published=[each for each in offices if each["waits"]],
        others=[each for each in offices if not each["waits"]],
        as_of=max((datetime.fromisoformat(each["as_of"]) for each in offices), default=visit.at),
    )


def help_page(visit: Visit) -> PageAnswer:
    """Show how to get help, and what to do without the code."""
    return visit.page.show("help")


def paper(visit: Visit) -> PageAnswer:
    """Show the form to be printed and filled in by hand."""
    return visit.page.show("paper")


def privacy(visit: Visit) -> PageAnswer:
    """Show what is kept of what one types, and who sees it."""
    return visit.page.show("privacy")


def accessibility(visit: Visit) -> PageAnswer:
    """Show how the site can be used, and whom to tell where it cannot."""
    return visit.page.show("accessibility")

"""Rank request bodies, compare policies and check policy documents, without a running system.

The output contains results of the policy engine, and never content of a request.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from casereview.cli.comparison import Comparison, compare
from casereview.cli.comparison_picture import picture
from casereview.cli.offline import OfflineRanker, PolicySource, RankedRequest, read_bodies, refusal_document
from casereview.cli.parallel import map_in_order
from casereview.http.problems import ProblemError
from casereview.policy.checks import check
from casereview.policy.compiler import compile_policy
from casereview.policy.document import Amendment, digest
from casereview.policy.loader import DocumentError
from casereview.policy.packaged import flags
from casereview.policy.warnings import warnings_of
from casereview.schema.base import rfc3339, to_milliseconds

OK: Final = 0
FAULTY: Final = 1
USAGE: Final = 2
"""Exit codes: success; an invalid request or document; an invalid command, file or policy."""

YEARS: Final = range(1900, 2200)
"""The years that a time can be in."""

_REQUESTS: Final = "request bodies: one JSON object, or one per line; - reads standard input"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: the arguments, by default those of the process.

    Returns:
        The exit code. An invalid file or policy is reported on standard error.

    Raises:
        SystemExit: with code 2 if the arguments are invalid.
    """
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except DocumentError as error:
        for fault in error.faults:
            print(f"line {fault.line}: {fault.where}: {fault.message}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except (OSError, UnicodeError) as error:
        print(f"casereview: {_file_error(error)}", file=sys.stderr)
        return USAGE
    return code


def _file_error(error: OSError | UnicodeError) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else "the file is not UTF-8"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="casereview", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_rank(commands.add_parser("rank", help="print the ranking of each request body", allow_abbrev=False))
    _add_compare(commands.add_parser("compare", help="compare two policies on the same requests"))
    policy = commands.add_parser("policy", help="work with policy documents")
    policies = policy.add_subparsers(required=True, metavar="COMMAND")
    _add_check(policies.add_parser("check", help="report each fault of a document with its rule and line"))
    return parser


def _add_rank(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help=_REQUESTS)
    command.add_argument("--at", type=_time, metavar="TIME", help="the time of the ranking (default: now)")
    command.add_argument("--filed-at", type=_time, metavar="TIME", help="the time of filing (default: --at)")
    command.add_argument("--policy", metavar="ID|FILE", help="the policy to use (default: the policy in force)")
    command.set_defaults(run=_rank)


def _add_compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("a", metavar="A", help="the id or the file of the first policy")
    command.add_argument("b", metavar="B", help="the id or the file of the second policy")
    command.add_argument("file", metavar="FILE", help=_REQUESTS)
    command.add_argument("--at", type=_time, metavar="TIME", help="the time of filing and ranking (default: now)")
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    command.add_argument("--picture", metavar="OUT.svg", type=_picture, help="draw the comparison into an SVG file")
    command.set_defaults(run=_compare)


def _add_check(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="a policy document in YAML")
    command.set_defaults(run=_check)


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None or "T" not in text.upper():
            raise argparse.ArgumentTypeError("must have a date, a time and an offset: 2026-01-31T15:00:00-05:00")
        found = to_milliseconds(found)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("is not an RFC 3339 time, such as 2026-01-31T15:00:00-05:00") from None
    if found.year not in YEARS:
        raise argparse.ArgumentTypeError(f"must lie between {YEARS.start} and {YEARS.stop - 1}")
    return found


def _picture(text: str) -> Path:
    if not text.endswith(".svg"):
        raise argparse.ArgumentTypeError("must be a file whose name ends in .svg")
    return Path(text)


def _now() -> datetime:
    return to_milliseconds(datetime.now(UTC))


def _rank(arguments: argparse.Namespace) -> int:
    at = arguments.at or _now()
    filed_at = arguments.filed_at or at
    if filed_at > at:
        print("casereview rank: --filed-at must not be later than --at", file=sys.stderr)
        return USAGE
    source = PolicySource.resolve(arguments.policy) if arguments.policy else None
    OfflineRanker.for_policy(source, filed_at, at)
    code = OK
    with _open_input(arguments.file) as stream:
        for line, is_good in map_in_order(partial(_ranked, source, filed_at, at), read_bodies(stream)):
            code = code if is_good else FAULTY
            sys.stdout.write(line)
    return code


def _ranked(
    source: PolicySource | None, filed_at: datetime, at: datetime, bodies: list[bytes]
) -> list[tuple[str, bool]]:
    """Return a line of JSON for each body, and whether the body was valid."""
    ranker = OfflineRanker.for_policy(source, filed_at, at)
    found = []
    for body in bodies:
        try:
            found.append((_line(_as_json(ranker.rank_body(body))), True))
        except ProblemError as problem:
            found.append((_line({"error": refusal_document(problem)}), False))
    return found


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _as_json(placed: RankedRequest) -> dict[str, Any]:
    """Return a ranking as JSON, with the documented keys in their order."""
    found = placed.ranking
    return {
        "field_office": placed.field_office,
        "lane": found.lane,
        "rank": found.rank,
        "sort_at": rfc3339(found.sort_at),
        "target_by": found.target_by and rfc3339(found.target_by),
        "changes_at": found.changes_at and rfc3339(found.changes_at),
        "policy": found.policy,
        "reasons": [reason._asdict() for reason in found.reasons],
        "categories": [category._asdict() for category in found.categories],
        "approvals": found.approvals,
        "factors": [factor._asdict() for factor in found.factors],
        "flags": found.flags,
    }


@contextlib.contextmanager
def _open_input(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as stream:
            yield stream


def _compare(arguments: argparse.Namespace) -> int:
    a, b = PolicySource.resolve(arguments.a), PolicySource.resolve(arguments.b)
    with _open_input(arguments.file) as stream:
        found = compare(a, b, read_bodies(stream), arguments.at or _now())
    for refused in found.refused:
        sys.stderr.write(_line(refused._asdict()))
    if arguments.picture:
        arguments.picture.write_text(picture(found), encoding="utf-8")
    if arguments.json:
        sys.stdout.write(_line(found.document()))
    else:
        _show(found)
    return FAULTY if found.refusals else OK


def _show(found: Comparison) -> None:
    for name, *cells in found.rows():
        print(f"{name:30}", *[f"{cell:>24}" for cell in cells])


def _check(arguments: argparse.Namespace) -> int:
    text = Path(arguments.file).read_text(encoding="utf-8")
    try:
        policy = check(text)
    except DocumentError as error:
        for fault in error.faults:
            print(f"{arguments.file}:{fault.line}: {fault.where}: {fault.message} [{fault.check}]")
        return FAULTY
    if isinstance(policy, Amendment):
        print(f"{policy.id}: a valid amendment of {policy.amends}; sha256 {digest(policy)}")
        return OK
    rules = sum(
        len(section) for section in (policy.lanes, policy.credits, policy.categories, policy.approvals, policy.factors)
    )
    print(f"{policy.id}: valid, {rules} rules; sha256 {digest(policy)}")
    for warning in warnings_of(compile_policy(policy, flags())):
        print(f"{policy.id}: warning: {warning.message} [{warning.code}]")
    return OK


if __name__ == "__main__":
    sys.exit(main())

"""One table that two releases work: this one, and the last, whose code is exported from the history."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from tarfile import TarFile
from typing import IO, Any, Self, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.paths import ROOT
from tests.support.clouds import Cloud, MemoryCloud
from tests.support.releases.worker import Exchange, as_json, from_json, share_key
from tests.support.system import Answer, Staff, System

LAST = ROOT / "tests/releases/last"
_WORKER = Path(__file__).with_name("worker.py")
_FOLDERS = ("shared", *(f"functions/{name}" for name in ("intake", "prioritize", "notify", "review")), ".")


def last_release() -> str:
    """Return the hash of the commit that is the last release."""
    return LAST.read_text(encoding="ascii").strip()


def export(commit: str, folder: Path) -> Path:
    """Write the files of a commit into a folder, and return it.

    Raises:
        AssertionError: The commit is not in the history of this checkout.
    """
    archive = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=False)
    assert archive.returncode == 0, (
        f"tests/releases/last names {commit}, which this checkout lacks: get it with `git fetch --unshallow origin`. "
        f"git says: {archive.stderr.decode(errors='replace')}"
    )
    with TarFile(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


class OtherRelease:
    """A process that runs the code of another release."""

    def __init__(self, code: Path, log: IO[bytes]) -> None:
        path = os.pathsep.join(str(code / folder) for folder in _FOLDERS)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST", "PYTHON"))}
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_WORKER)],
            cwd=code,
            env={**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        about = self.begin(AESGCM.generate_key(256))
        assert not about["foreign"], f"these are not of the other release: {about['foreign']}"
        self.schemas: dict[str, Any] = about["schemas"]
        self.names = frozenset[str](about["names"])

    @classmethod
    @contextmanager
    def running(cls, code: Path, log: Path) -> Iterator[Self]:
        """Run the code of another release; what it logs goes to a file."""
        with log.open("w+b") as file:
            found = cls(code, file)
            try:
                yield found
            finally:
                found.end()

    def begin(self, key: bytes) -> dict[str, Any]:
        """Begin with an empty table, and seal with a key; return what the release says of itself."""
        return self.ask({"name": "begin", "key": key})

    def ask(self, asked: Mapping[str, object]) -> dict[str, Any]:
        """Send one request, and return the answer.

        Raises:
            AssertionError: The process has ended.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(as_json(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._log.seek(0)
            raise AssertionError("the other release ended: " + self._log.read().decode(errors="replace")[-4000:])
        return cast("dict[str, Any]", from_json(line))

    def end(self) -> None:
        """End the process."""
        self._process.communicate()


class TwoReleases(System):
    """A system in which now this release handles what comes, and now the other one."""

    def __init__(self, cloud: Cloud, other: OtherRelease) -> None:
        assert isinstance(cloud, MemoryCloud), "the table is handed over in memory"
        super().__init__(cloud)
        self.other = other
        self.theirs = False
        """Whether the other release handles what comes."""
        self.failed: list[str] = []
        """Answers of 5xx, and what a worker raised, of both releases."""
        self._exchange = Exchange(cloud)
        key = AESGCM.generate_key(256)
        share_key(cloud, key)
        other.begin(key)

    @contextmanager
    def as_the_last_release(self) -> Iterator[None]:
        """Let the other release handle what comes."""
        self.theirs = True
        try:
            yield
        finally:
            self.theirs = False

    def _ask(self, name: str, *given: object) -> Any:  # noqa: ANN401  # what the method returns
        changes = self._exchange.changes(self.time)
        told = self.other.ask({"name": name, "given": given, "changes": {**changes, "mails": [], "texts": []}})
        self._exchange.take(told["changes"], sent=True)
        assert "raised" not in told, f"{name} {given}: the other release raised {told['raised']}"
        return told["result"]

    def _checked(self, what: str, answer: Answer) -> Answer:
        if answer.status >= 500:
            self.failed.append(f"{'last' if self.theirs else 'this'} release: {what}: {answer.status} {answer.body}")
        return answer

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        given = (method, path, body, headers)
        answer = Answer(*self._ask("call", *given)) if self.theirs else super().call(*given)
        return self._checked(f"{method} {path}", answer)

    def staff(self, user: Staff, method: str, path: str, body: object = None) -> Answer:
        if "restricted" in user.groups:
            self.cleared |= {user.id}
        given = (method, path, body)
        answer = Answer(*self._ask("staff", asdict(user), *given)) if self.theirs else super().staff(user, *given)
        return self._checked(f"{method} {path}", answer)

    def employ(self, user: Staff, *, enabled: bool = True) -> Staff:
        self._ask("employ", *asdict(user).values())
        return super().employ(user, enabled=enabled)

    def pump(self) -> None:
        if self.theirs:
            self._ask("pump")
        else:
            super().pump()

    def duty(self, duty: str, **more: str) -> dict[str, int]:
        if self.theirs:
            return cast("dict[str, int]", self._ask("duty", duty))
        return super().duty(duty, **more)

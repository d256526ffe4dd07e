"""The check of words: what it finds in documents and Python files, and what it allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.tooling.check_words import LIST, counts, findings, main, words

WORDS = """
clean = ["docs/*.md", "shared"]
plain = ["there is nix"]
[words]
"whereof" = "the role"
"is nix" = "is not a valid …"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Provide a repository with the list above and two empty folders."""
    for folder in ("docs", "shared", LIST.parent):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / LIST).write_text(WORDS)
    return tmp_path


def found(root: Path, name: str, text: str) -> list[tuple[int, str]]:
    (root / name).write_text(text)
    return [(finding.line, finding.word) for finding in findings(root / name, words(root), root)]


def test_code_blocks_of_a_document_are_not_checked(root: Path) -> None:
    text = "For whereof\n```\nwhereof\n```\nan address that\nis nix\n"
    assert found(root, "docs/a.md", text) == [(1, "whereof"), (6, "is nix")]


def test_comments_docstrings_and_strings_of_python_files_are_checked(root: Path) -> None:
    code = '"""To whereof."""\nwhereof = 1  # whereof\nx = f"whereof {whereof} {\'whereof\'}"\n'
    assert [line for line, _word in found(root, "shared/a.py", code)][:3] == [1, 2, 3]


def test_a_phrase_is_found_across_lines(root: Path) -> None:
    assert found(root, "shared/a.py", "# what is\n# nix\n\n# is\nx = 1  # nix\n") == [(1, "is nix")]
    assert found(root, "docs/a.md", "what is\nnix") == [(1, "is nix")]


def test_an_allowed_phrase_and_a_line_with_a_reason_pass(root: Path) -> None:
    assert found(root, "docs/a.md", "where there is nix\n") == []
    assert found(root, "shared/a.py", 'x = "whereof"  # plain: a quotation\n') == []


def test_a_finding_in_a_clean_folder_fails_with_advice(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], root) == 0
    (root / "docs/a.md").write_text("whereof")
    assert main([], root) == 1
    assert capsys.readouterr().err == "docs/a.md:1: 'whereof': write the role\n"
    assert main(["shared"], root) == 0


def test_counts_include_all_folders(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "shared/a.py").write_text("# whereof, whereof")
    (root / "A.md").write_text("whereof")
    assert counts(words(root), root) == {"shared": 2, "A.md": 1}
    assert main(["--counts"], root) == 0
    assert capsys.readouterr().out == "    1 A.md\n    2 shared\n"


def test_a_capitalized_word_is_found_and_a_constant_is_not(root: Path) -> None:
    assert found(root, "docs/a.md", "Whereof one speaks. What is Nix.") == [(1, "whereof")]

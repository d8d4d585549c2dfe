"""Documents against the code: each kind of disagreement planted and found."""

import subprocess
from pathlib import Path

import pytest

from analytics_platform_tests.program import Demo, small_world
from tools import check_documents as checked

MAKEFILE = "demo: install\n\techo\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one package and one document."""
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "docs").mkdir()
    package = tmp_path / "tools"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text('"""Tools."""\n')
    (package / "saw.py").write_text('"""Cuts.\n\nMore.\n"""\n')
    (package / "inner" / "file.py").write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("```sh\nmake dmeo\n```", "make has no target dmeo"),
        ("Type `make dmeo` first.", "make has no target dmeo"),
        ("```sh\n$ analytics-platform sqll 'x'\n```", "analytics-platform has no command sqll"),
        ("```sh\nanalytics-platform run --form D\n```", "analytics-platform run has no option --form"),
        ("`analytics-platform tables --like x`", "analytics-platform tables has no option --like"),
    ],
)
def test_a_command_that_is_not_there_is_found(project: Path, text: str, sentence: str):
    assert list(checked.wrong_commands(text, project)) == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nmake demo   # a comment\n```",
        '```sh\nanalytics-platform sql "select 1" --format csv\n```',
        "```sh\nanalytics-platform demo --users 300 --lake=elsewhere\n```",
        "```python\nmake nothing\n```",
        "`analytics-platform run --from 2025-09-01`",
    ],
)
def test_a_command_that_is_there_is_not_complained_about(project: Path, text: str):
    assert list(checked.wrong_commands(text, project)) == []


def test_links_must_lead_to_a_file_and_a_heading(project: Path):
    document = project / "README.md"
    document.write_text(
        "# Our tools\n[a](tools/saw.py) [b](tools/axe.py) [c](#our-tools) [d](#theirs) [e](https://x.y/z)\n"
        "![picture](docs/none.png)\n```\n[f](nowhere)\n```\n"
    )

    assert list(checked.broken_links(document)) == [
        "no file tools/axe.py",
        "no heading #theirs",
        "no file docs/none.png",
    ]


def test_the_module_tree_gives_the_first_line_of_each_docstring(project: Path):
    package = project / "analytics_platform"
    for name in ("analytics_platform", "dashboards", "benchmarks"):
        (project / name).mkdir()
        (project / name / "__init__.py").write_text(f'"""The {name}."""\n')
    (package / "core.py").write_text('"""Core."""\n')

    assert checked.module_tree(project).splitlines() == [
        "```",
        "analytics_platform/  The analytics_platform.",
        "  core.py            Core.",
        "dashboards/          The dashboards.",
        "benchmarks/          The benchmarks.",
        "tools/               Tools.",
        "  saw.py             Cuts.",
        "  inner/",
        "    file.py",
        "```",
    ]


def test_a_document_keeps_what_stands_around_the_tree(project: Path):
    for name in ("analytics_platform", "dashboards", "benchmarks"):
        (project / name).mkdir()
    text = f"Before.\n{checked.TREE_START}\nold\n{checked.TREE_END}\nAfter.\n"

    written = checked.with_module_tree(text, project)

    assert written.startswith("Before.\n")
    assert written.endswith("\nAfter.\n")
    assert "old" not in written
    assert checked.with_module_tree(written, project) == written
    assert checked.with_module_tree("No tree here.", project) == "No tree here."


def test_only_marked_shell_blocks_are_runnable():
    text = "```sh\nmake demo\n```\n```sh runnable\necho one\n```\n```bash runnable\necho two\n```\n"

    assert checked.runnable_blocks(text) == ["echo one\n", "echo two\n"]


RUNNABLE = [
    pytest.param(block, id=f"{path.name}:{number}")
    for path in checked.documents()
    for number, block in enumerate(checked.runnable_blocks(path.read_text()), 1)
]


@pytest.mark.slow
@pytest.mark.parametrize("block", RUNNABLE)
def test_what_a_document_marks_as_runnable_runs(block: str, demo: Demo, tmp_path: Path):
    (tmp_path / "examples").symlink_to(checked.ROOT / "examples")

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=tmp_path,
        env=small_world(demo.lake),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert ran.returncode == 0, ran.stderr

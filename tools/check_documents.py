"""Documents against the code: commands they name, links, the module tree, the data dictionary.

`python tools/check_documents.py` prints every disagreement and fails; `--write` writes again what is
taken from the code.
"""

import ast
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from analytics_platform.cli.commands import COMMANDS, application
from analytics_platform.cli.overrides import option_name
from analytics_platform.event_contract.dictionary import data_dictionary
from analytics_platform.settings import SECRETS, Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("*.md", "docs/**/*.md", "data/*.md", "dashboards/**/*.md", "examples/**/*.md")
PACKAGES = ("analytics_platform", "dashboards", "benchmarks", "tools")
TREE_START, TREE_END = "<!-- modules: written by `make docs` -->", "<!-- end of modules -->"

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUNNABLE = re.compile(r"^```(?:sh|bash) runnable\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`((?:analytics-platform|make) [^`\n]+)`(?!`)")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TARGET = re.compile(r"^([a-z][\w-]*):", re.MULTILINE)


def documents(root: Path = ROOT) -> list[Path]:
    """Every Markdown document of the project."""
    return sorted({path for pattern in DOCUMENTS for path in root.glob(pattern)})


def runnable_blocks(text: str) -> list[str]:
    """Shell blocks marked `sh runnable`, which a test runs in a lake of its own."""
    return RUNNABLE.findall(text)


def wrong_commands(text: str, root: Path = ROOT) -> Iterator[str]:
    """Commands in shell blocks and inline code that the platform or the Makefile does not have."""
    targets = set(TARGET.findall((root / "Makefile").read_text()))
    for words in _commands(text):
        program, name, *rest = words
        if program == "make" and name not in targets and not name.startswith("-"):
            yield f"make has no target {name}"
        elif program == "analytics-platform" and not name.startswith("-"):
            yield from _wrong_words(name, rest)


def broken_links(path: Path) -> Iterator[str]:
    """Links of a document to files or headings that are not there."""
    text = FENCE.sub("", path.read_text())
    for target in (first or second for first, second in LINK.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, heading = target.partition("#")
        linked = path.parent / file if file else path
        if not linked.exists():
            yield f"no file {target}"
        elif heading and heading not in _slugs(linked):
            yield f"no heading {target}"


def module_tree(root: Path = ROOT) -> str:
    """Packages and modules with the first line of each docstring, as a fenced block."""
    lines = [line for package in PACKAGES for line in _branch(root / package, 0)]
    width = max((len(name) for name, _ in lines), default=0)
    rows = "\n".join(f"{name:<{width}}  {sentence}".rstrip() for name, sentence in lines)
    return f"```\n{rows}\n```"


def with_module_tree(text: str, root: Path = ROOT) -> str:
    """A document with its module tree taken from the code."""
    before, _, rest = text.partition(TREE_START)
    _, end, after = rest.partition(TREE_END)
    return f"{before}{TREE_START}\n\n{module_tree(root)}\n\n{TREE_END}{after}" if end else text


def generated(root: Path = ROOT) -> dict[Path, str]:
    """Documents that are taken from the code, whole or in part, as they should be."""
    architecture = root / "ARCHITECTURE.md"
    return {
        architecture: with_module_tree(architecture.read_text(), root),
        root / "docs" / "data_dictionary.md": data_dictionary(),
    }


def complaints(root: Path = ROOT) -> Iterator[str]:
    """Every disagreement between documents and code, one sentence each."""
    for path in documents(root):
        for sentence in [*wrong_commands(path.read_text(), root), *broken_links(path)]:
            yield f"{path.relative_to(root)}: {sentence}"
    for path, text in generated(root).items():
        if not path.exists() or path.read_text() != text:
            yield f"{path.relative_to(root)} differs from the code: run `make docs`"


def main(arguments: list[str]) -> int:
    """Check, or write with `--write`."""
    if "--write" in arguments:
        for path, text in generated().items():
            path.write_text(text)
    found = list(complaints())
    sys.stdout.writelines(f"{sentence}\n" for sentence in found)
    return 1 if found else 0


def _commands(text: str) -> Iterator[list[str]]:
    blocks = (body for language, body in FENCE.findall(text) if language in {"sh", "bash", "console"})
    lines = [line.removeprefix("$ ").strip() for body in blocks for line in body.splitlines()]
    for line in [*lines, *INLINE.findall(FENCE.sub("", text))]:
        if line.startswith(("analytics-platform ", "make ")):
            yield shlex.split(line.replace("…", ""), comments=True)


def _wrong_words(name: str, words: list[str]) -> Iterator[str]:
    if name not in COMMANDS:
        yield f"analytics-platform has no command {name}"
        return
    command = typer.main.get_group(application([name])).commands[name]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    known |= {option_name(setting) for setting in Settings.model_fields if setting not in SECRETS}
    for word in words:
        if word.startswith("--") and word.partition("=")[0] not in known:
            yield f"analytics-platform {name} has no option {word}"


def _slugs(path: Path) -> set[str]:
    headings = HEADING.findall(FENCE.sub("", path.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def _branch(folder: Path, depth: int) -> Iterator[tuple[str, str]]:
    yield f"{'  ' * depth}{folder.name}/", _first_line(folder / "__init__.py")
    for path in sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name)):
        if path.suffix == ".py" and path.name != "__init__.py":
            yield f"{'  ' * (depth + 1)}{path.name}", _first_line(path)
        elif path.is_dir() and any(path.glob("*.py")):
            yield from _branch(path, depth + 1)


def _first_line(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text())) if module.exists() else None
    return docstring.splitlines()[0] if docstring else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

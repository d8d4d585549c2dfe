"""The lock against pyproject.toml, without the network: what is asked for is pinned, and as asked."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def complaints(project: str, lock: str) -> Iterator[str]:
    """Disagreements between a project file and a lock, one sentence each.

    Args:
        project: text of pyproject.toml.
        lock: text of requirements.lock; the same name may be pinned for several environments.
    """
    pins: dict[str, list[Requirement]] = {}
    for line in lock.splitlines():
        if line and not line.startswith(("#", " ")):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
            if [specifier.operator for specifier in pin.specifier] != ["=="]:
                yield f"{line} is not pinned to one version"
    for wanted in _wanted(tomllib.loads(project)):
        pinned = pins.get(canonicalize_name(wanted.name), [])
        if not pinned:
            yield f"{wanted.name} is not in the lock"
        for pin in pinned:
            version = next(iter(pin.specifier)).version
            if not wanted.specifier.contains(version, prereleases=True):
                yield f"{wanted} is asked for, {version} is pinned"


def _wanted(project: dict[str, object]) -> list[Requirement]:
    tables: dict[str, dict[str, list[str]]] = project  # pyright: ignore[reportAssignmentType]
    groups = tables.get("dependency-groups", {}).values()
    lines = [*tables["project"]["dependencies"], *(line for group in groups for line in group)]
    return [Requirement(line) for line in lines]


def main() -> int:
    """Print every disagreement; fail when there is one."""
    texts = [(ROOT / name).read_text() for name in ("pyproject.toml", "requirements.lock")]
    found = list(complaints(*texts))
    sys.stdout.writelines(f"{sentence}: run `make lock`\n" for sentence in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

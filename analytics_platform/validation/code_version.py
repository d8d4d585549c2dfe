"""A digest of the code that a certificate rests on, so that a change of it asks for a new one."""

import ast
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from analytics_platform.validation.matrix import family_of

OURS = "analytics_platform."


def code_version(cell_name: str) -> str:
    """Digest of the module that holds a cell, the runner, and all of ours that they import."""
    return _digest(family_of(cell_name))


@cache
def _digest(module: str) -> str:
    seen: set[str] = set()
    waiting = {module, f"{OURS}validation.runner"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= _imports(name) - seen
    sources = (_source(name) for name in sorted(seen))
    return sha256("\0".join(sources).encode()).hexdigest()[:10]


@cache
def _imports(module: str) -> frozenset[str]:
    """Modules of ours that a module names in its imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(_source(module))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in found if name.startswith(OURS) and _path(name))


@cache
def _source(module: str) -> str:
    path = _path(module)
    return path.read_text() if path else ""


@cache
def _path(module: str) -> Path | None:
    """The file of a module; None where the name is that of something inside one."""
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(found.origin) if found and found.origin else None

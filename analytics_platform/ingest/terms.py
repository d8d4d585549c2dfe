"""Conditions of an ingest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


def _silent(_: str) -> None: ...


@dataclass(frozen=True)
class Terms:
    """Conditions of an ingest.

    Attributes:
        threshold: share of rejected rows above which nothing is written.
        accept: write whatever the share.
        dry_run: judge only, write nothing.
        spill_dir: where staged rows lie meanwhile; None: the system's place for temporary files.
        now: the present, a day after which times become absurd; None: the clock.
        report: told in a few words what is being done.
    """

    threshold: float = 0.05
    accept: bool = False
    dry_run: bool = False
    spill_dir: Path | None = None
    now: datetime | None = None
    report: Callable[[str], None] = _silent


DEFAULT_TERMS = Terms()

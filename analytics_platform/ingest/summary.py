"""What an ingest did, or would do: counts that add up, and reasons with an example each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal

from analytics_platform.ingest.terms import Terms

Outcome = Literal["written", "unchanged", "refused", "checked"]


@dataclass(frozen=True)
class FileSummary:
    """One file; `rows = kept + quarantined + ignored`, and `events + repeated` come from the kept rows.

    Attributes:
        file: its path.
        rows: rows in it.
        kept: rows that gave events.
        quarantined: rows rejected.
        ignored: rows that the mapping says to ignore, and blank lines.
        events: events new to the lake.
        repeated: events (calls and ratings) that the lake, or an earlier row of the load, already held.
        interactions: calls of the language model new to the lake.
        ratings: human ratings new to the lake.
        is_known: whether it had been ingested before with the same mapping, and was skipped.
    """

    file: str
    rows: int = 0
    kept: int = 0
    quarantined: int = 0
    ignored: int = 0
    events: int = 0
    repeated: int = 0
    interactions: int = 0
    ratings: int = 0
    is_known: bool = False


@dataclass(frozen=True)
class ReasonSummary:
    """Rows rejected for one reason, and the first of them as JSON."""

    reason: str
    rows: int
    file: str
    row_number: int
    original: str


@dataclass(frozen=True)
class Summary:
    """What an ingest did.

    Attributes:
        outcome: `written`; `unchanged`: every file was known; `refused`: too many rows were rejected,
            nothing was written; `checked`: nothing was to be written.
        files: the files, sorted.
        reasons: why rows were rejected, the most frequent first.
        days: reporting days that got new events, sorted.
        users_added: users seen for the first time.
        users_changed: known users who appeared earlier, or turned out to be teachers, or the like.
        threshold: share of rejected rows above which an ingest is refused.
        notes: remarks that reject nothing, such as a key that no JSON line has.
    """

    outcome: Outcome
    files: tuple[FileSummary, ...]
    reasons: tuple[ReasonSummary, ...]
    days: tuple[date, ...]
    users_added: int
    users_changed: int
    threshold: float
    notes: tuple[str, ...] = ()

    @property
    def totals(self) -> FileSummary:
        """The files' counts added up."""
        return FileSummary(
            file="all",
            rows=sum(file.rows for file in self.files),
            kept=sum(file.kept for file in self.files),
            quarantined=sum(file.quarantined for file in self.files),
            ignored=sum(file.ignored for file in self.files),
            events=sum(file.events for file in self.files),
            repeated=sum(file.repeated for file in self.files),
            interactions=sum(file.interactions for file in self.files),
            ratings=sum(file.ratings for file in self.files),
        )

    @property
    def quarantined_share(self) -> float:
        """Rejected rows per row read; 0 where none was read."""
        return self.totals.quarantined / max(1, self.totals.rows)

    @property
    def mend(self) -> str:
        """What to do about a refused ingest, in one sentence."""
        return (
            f"{self.totals.quarantined:,} of {self.totals.rows:,} rows ({self.quarantined_share:.1%}) were "
            f"rejected, more than the {self.threshold:.1%} allowed, so nothing was written: mend the mapping "
            "by the reasons above, or pass --accept to write the rest and quarantine these."
        )

    def as_dict(self) -> Mapping[str, object]:
        """Plain values for JSON."""
        return {
            "outcome": self.outcome,
            **{k: v for k, v in asdict(self.totals).items() if k not in {"file", "is_known"}},
            "users_added": self.users_added,
            "users_changed": self.users_changed,
            "first_day": self.days[0].isoformat() if self.days else None,
            "last_day": self.days[-1].isoformat() if self.days else None,
            "days": len(self.days),
            "files": [asdict(file) for file in self.files],
            "reasons": [asdict(reason) for reason in self.reasons],
            "notes": list(self.notes),
        }


def decided(summary: Summary, terms: Terms) -> Summary:
    """The summary of what was judged, with what is to become of it."""
    if summary.quarantined_share > terms.threshold and not terms.accept:
        return replace(summary, outcome="refused")
    return summary if terms.dry_run else replace(summary, outcome="written")

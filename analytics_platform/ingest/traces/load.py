"""A load of traces: files read and judged together, what they would add, and how that is told and written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from analytics_platform.event_contract import (
    EVENTS,
    HUMAN_RATINGS,
    INGESTED_FILES,
    INTERACTIONS,
    QUARANTINE,
    USERS,
)
from analytics_platform.ingest import writing
from analytics_platform.ingest.preparation import SORTED
from analytics_platform.ingest.sources import PREFIX, ROW
from analytics_platform.ingest.summary import FileSummary, ReasonSummary
from analytics_platform.ingest.traces.judgement import Judged, counted, judge_interactions, judge_ratings
from analytics_platform.ingest.traces.mapping import TraceMapping
from analytics_platform.ingest.traces.mapping_file import default_mapping
from analytics_platform.ingest.traces.reading import Files, stage
from analytics_platform.ingest.traces.tables import TraceTable
from analytics_platform.ingest.traces.uses import people, uses
from analytics_platform.lakehouse import Lake

SHOWN_FEATURES = 5


@dataclass(frozen=True)
class TraceLoad:
    """Files that were read and judged, and what they would add.

    Attributes:
        mapping: how they were read.
        tables: the files.
        calls: their calls.
        ratings: their ratings.
        events: uses that the calls stand for.
        users: rows of `raw.users` to be written.
        users_added: how many of them the lake did not know.
    """

    mapping: TraceMapping
    tables: Sequence[TraceTable]
    calls: Judged
    ratings: Judged
    events: pl.DataFrame
    users: pl.DataFrame
    users_added: int

    @classmethod
    def judge(cls, files: Files, lake: Lake, folder: Path, report: Callable[[str], None]) -> "TraceLoad":
        """Read every file to its end and compare it with the lake; write nothing but into the folder.

        Raises:
            AnalyticsError: a file is unreadable or does not fit the mapping.
        """
        staged = stage(files, folder, report)
        report("comparing with the lake")
        calls = judge_interactions(staged.calls, lake)
        judged = judge_ratings(staged.ratings, calls, lake)
        mapping = files.mapping
        is_told = mapping.interactions is not None and mapping.interactions.events == "missing"
        events = uses(calls, lake) if is_told else pl.DataFrame(schema=EVENTS.polars_schema())
        return cls(mapping, staged.tables, calls, judged, events, *people(calls, lake))

    @property
    def days(self) -> tuple[date, ...]:
        """Days that get new rows, sorted."""
        new = [judged.rows.filter("is_new")["event_date"] for judged in (self.calls, self.ratings)]
        return tuple(pl.concat([*new, self.events["event_date"]]).unique().sort())

    @property
    def is_empty(self) -> bool:
        """Whether the lake has all of it already."""
        return not self.days and self.users.is_empty()

    def rejects(self) -> pl.DataFrame:
        """Rows that cannot be kept: `file, #row, reason`."""
        return pl.concat([self.calls.rejects(), self.ratings.rejects()]).sort("file", ROW)

    def file_summaries(self) -> list[FileSummary]:
        """Counts of each file, in order."""
        counts = {row["file"]: row for row in counted([self.calls, self.ratings]).iter_rows(named=True)}
        told = pl.col("interaction_id").is_in(self.events["interaction_id"].implode())
        uses_of = _of_files(self.calls.kept().filter(told).unique("interaction_id", keep="first"))
        calls, judged = (_of_files(one.rows.filter("is_new")) for one in (self.calls, self.ratings))
        summaries: list[FileSummary] = []
        for number, table in enumerate(self.tables):
            rows, mine = table.height, counts.get(number, dict.fromkeys(_COUNTS, 0))
            summaries.append(
                FileSummary(
                    file=str(table.path),
                    rows=rows,
                    kept=mine["kept"],
                    quarantined=mine["quarantined"],
                    ignored=rows - mine["kept"] - mine["quarantined"],
                    events=uses_of.get(number, 0),
                    repeated=mine["things"] - mine["new"],
                    interactions=calls.get(number, 0),
                    ratings=judged.get(number, 0),
                )
            )
        return summaries

    def reasons(self) -> Iterator[ReasonSummary]:
        """Why rows were rejected, the most frequent reason first."""
        firsts = (
            self.rejects()
            .group_by("reason", maintain_order=True)
            .agg(pl.len(), pl.col("file").first(), pl.col(ROW).first())
        )
        for reason, rows, number, row in firsts.sort("len", descending=True, maintain_order=True).iter_rows():
            table = self.tables[number]
            yield ReasonSummary(reason, rows, str(table.path), row, table.originals(pl.Series([row]))[0])

    def notes(self) -> Iterator[str]:
        """Remarks that reject nothing."""
        yield from self._names_without_values()
        is_other = (pl.col("feature") == "other") & (pl.col("named_feature") != "other")
        named = self.calls.whole().filter(is_other).select(pl.col("named_feature").value_counts(sort=True))
        found = named.collect().to_series().to_list()
        if found:
            names = ", ".join(
                f"{row['named_feature']!r} ({row['count']:,})" for row in found[:SHOWN_FEATURES]
            )
            more = f" and {len(found) - SHOWN_FEATURES:,} more names" if len(found) > SHOWN_FEATURES else ""
            yield (
                f"Features that the contract does not know became `other`: {names}{more}. "
                "`interactions: feature: values:` of a mapping translates them."
            )

    def _names_without_values(self) -> Iterator[str]:
        """Names that a mapping adds to a format's own and that no record has: often a slip of the pen."""
        if self.mapping.format == "table":
            return
        for name in sorted(set(self.mapping.columns) - set(default_mapping(self.mapping.format).columns)):
            holds = pl.col(PREFIX + name).is_not_null().any()
            if not any(table.source.rows().select(holds).collect().item() for table in self.tables):
                yield f"No record has {name!r}, which the mapping names."

    def write(self, lake: Lake, now: datetime, report: Callable[[str], None]) -> None:
        """Write what is new; the ledger comes last, so a run cut short is mended by running again."""
        report("writing")
        days = self.days
        writing.create_tables(lake, days[0] if days else now.date())
        calls = self.calls.whole(pl.col("is_new")).select(INTERACTIONS.names)
        writing.add_rows(lake, INTERACTIONS, calls, ("event_date", "requested_at", "interaction_id"))
        judged = self.ratings.whole(pl.col("is_new")).select(HUMAN_RATINGS.names)
        judged = judged.unique(HUMAN_RATINGS.key)
        writing.add_rows(lake, HUMAN_RATINGS, judged, ("event_date", *HUMAN_RATINGS.key))
        writing.add_rows(lake, EVENTS, self.events.lazy(), SORTED)
        writing.write_users(lake, self.users.select(USERS.names))
        writing.write_quarantine(lake, self._quarantined(now), [table.sha256 for table in self.tables])
        writing.write_ledger(lake, self._ledger_entries(now))

    def _quarantined(self, now: datetime) -> pl.DataFrame:
        frames = [pl.DataFrame(schema=QUARANTINE.polars_schema())]
        rejects = self.rejects()
        for number, table in enumerate(self.tables):
            mine = rejects.filter(pl.col("file") == number)
            if mine.is_empty():
                continue
            frames.append(
                mine.select(
                    pl.lit(str(table.path)).alias("file"),
                    pl.lit(table.sha256).alias("file_sha256"),
                    pl.col(ROW).alias("row_number"),
                    "reason",
                    table.originals(mine[ROW]).alias("original"),
                    pl.lit(now).cast(pl.Datetime("us", "UTC")).alias("quarantined_at"),
                )
            )
        return pl.concat(frames)

    def _ledger_entries(self, now: datetime) -> pl.DataFrame:
        """Files and their counts; `events` are the calls and ratings that were kept."""
        touched = pl.concat(
            [one.rows.filter("is_new").select("file", "event_date") for one in (self.calls, self.ratings)]
        )
        entries: list[tuple[object, ...]] = []
        for number, (table, summary) in enumerate(zip(self.tables, self.file_summaries(), strict=True)):
            days = touched.filter(pl.col("file") == number)["event_date"]
            kept = summary.interactions + summary.ratings
            counts = (summary.rows, kept, summary.quarantined, summary.repeated)
            identity = (summary.file, table.sha256, self.mapping.sha256)
            entries.append((*identity, *counts, days.min(), days.max(), now))
        return pl.DataFrame(entries, schema=INGESTED_FILES.polars_schema(), orient="row")


_COUNTS = ("kept", "quarantined", "things", "new")


def _of_files(rows: pl.DataFrame) -> dict[int, int]:
    return dict(rows.group_by("file").len().iter_rows())

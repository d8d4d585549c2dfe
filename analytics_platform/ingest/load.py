"""A load: files read and judged together, what they would add, and how that is told and written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import INGESTED_FILES, QUARANTINE
from analytics_platform.ingest import writing
from analytics_platform.ingest.events import REJECTS, Staged, repeated_ids
from analytics_platform.ingest.preparation import Prepared, prepare
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.staging import Reading, stage
from analytics_platform.ingest.summary import FileSummary, ReasonSummary
from analytics_platform.lakehouse import Lake


@dataclass(frozen=True)
class Load:
    """Files that were read and judged, and what they would add.

    Attributes:
        readings: how each file was read.
        files: their staged rows.
        rejects: rejected rows: `file, #row, reason`.
        prepared: what is new.
    """

    readings: Sequence[Reading]
    files: Sequence[Staged]
    rejects: pl.DataFrame
    prepared: Prepared

    @classmethod
    def judge(
        cls, readings: Sequence[Reading], lake: Lake, folder: Path, report: Callable[[str], None]
    ) -> "Load":
        """Read every file to its end and compare it with the lake; write nothing but into the folder.

        Raises:
            AnalyticsError: a file is unreadable or does not fit the mapping.
        """
        files: list[Staged] = []
        for number, reading in enumerate(readings):
            report(f"reading {reading.source.path}")
            target = folder / f"staged-{number:05}.parquet"
            source = stage(reading, target)
            files.append(Staged(number, source, target, len(reading.mapping.events)))
        report("comparing with the lake")
        repeated = pl.DataFrame(schema=REJECTS)
        if readings[0].mapping.event_id is not None:
            repeated = repeated_ids(files, lake)
        new_events = folder / "events"
        new_events.mkdir()
        prepared = prepare(files, repeated, lake, new_events)
        rejects = pl.concat([*pl.collect_all([file.rejects() for file in files]), repeated])
        return cls(readings, files, rejects.sort("file", ROW), prepared)

    def file_summaries(self) -> list[FileSummary]:
        """Counts of each file, in order."""
        rejected = dict(self.rejects.group_by("file").len().iter_rows())
        summaries: list[FileSummary] = []
        for file in self.files:
            rows, ignored = file.scan().select(pl.len(), pl.col("is_ignored").sum()).collect().row(0)
            quarantined = rejected.get(file.number, 0)
            new, repeated, _, _ = self.prepared.of_file(file.number)
            kept = rows - ignored - quarantined
            path = str(file.source.path)
            summaries.append(FileSummary(path, rows, kept, quarantined, ignored, new, repeated))
        return summaries

    def reasons(self) -> Iterator[ReasonSummary]:
        """Why rows were rejected, the most frequent reason first."""
        firsts = self.rejects.group_by("reason", maintain_order=True).agg(
            pl.len(), pl.col("file").first(), pl.col(ROW).first()
        )
        for reason, rows, number, row in firsts.sort("len", descending=True, maintain_order=True).iter_rows():
            source = self.files[number].source
            yield ReasonSummary(reason, rows, str(source.path), row, source.originals(pl.Series([row]))[0])

    def notes(self) -> list[str]:
        """Remarks that reject nothing."""
        return [note for reading in self.readings for note in reading.notes()]

    def check_earlier(self, ledger: pl.DataFrame) -> None:
        """Refuse a second reading that disagrees with the first about what happened.

        Raises:
            AnalyticsError: a file was ingested with another mapping, and events that it gave then are not
                among those that it gives now: they would stay beside their new versions.
        """
        ledger = ledger.filter(~pl.col("mapping_sha256").str.starts_with("traces:"))
        for file in self.files:
            earlier = ledger.filter(pl.col("file_sha256") == file.source.sha256)
            before = max((e + r for e, r in earlier.select("events", "repeated").iter_rows()), default=0)
            _, repeated, _, _ = self.prepared.of_file(file.number)
            if repeated < before:
                raise AnalyticsError(
                    f"{file.source.path} was ingested before with another mapping, and {before - repeated:,} "
                    "of its events would now be read differently and so counted twice; nothing was written: "
                    "ingest into a new lake (--lake), or take that change of the mapping back."
                )

    def write(self, lake: Lake, now: datetime, report: Callable[[str], None]) -> None:
        """Write what is new; the ledger comes last, so a run cut short is mended by running again."""
        report("writing")
        days = self.prepared.days
        writing.create_tables(lake, days[0] if days else now.date())
        writing.write_events(lake, self.prepared)
        writing.write_users(lake, self.prepared.users)
        hashes = [file.source.sha256 for file in self.files]
        writing.write_quarantine(lake, self._quarantined(now), hashes)
        writing.write_ledger(lake, self._ledger_entries(now))

    def _quarantined(self, now: datetime) -> pl.DataFrame:
        frames = [pl.DataFrame(schema=QUARANTINE.polars_schema())]
        for file in self.files:
            mine = self.rejects.filter(pl.col("file") == file.number)
            if mine.is_empty():
                continue
            frames.append(
                mine.select(
                    pl.lit(str(file.source.path)).alias("file"),
                    pl.lit(file.source.sha256).alias("file_sha256"),
                    pl.col(ROW).alias("row_number"),
                    "reason",
                    file.source.originals(mine[ROW]).alias("original"),
                    pl.lit(now).cast(pl.Datetime("us", "UTC")).alias("quarantined_at"),
                )
            )
        return pl.concat(frames)

    def _ledger_entries(self, now: datetime) -> pl.DataFrame:
        entries: list[tuple[object, ...]] = []
        for reading, file, summary in zip(self.readings, self.files, self.file_summaries(), strict=True):
            _, _, first_day, last_day = self.prepared.of_file(file.number)
            identity = (summary.file, file.source.sha256, reading.mapping.sha256)
            counts = (summary.rows, summary.events, summary.quarantined, summary.repeated)
            entries.append((*identity, *counts, first_day, last_day, now))
        return pl.DataFrame(entries, schema=INGESTED_FILES.polars_schema(), orient="row")

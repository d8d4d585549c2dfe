"""What a lake knows of earlier ingests: whether it may take another, and which files it has read."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import EVENTS, INGESTED_FILES, INTERACTIONS
from analytics_platform.lakehouse import Lake

DATED = ((EVENTS.table, "event_time"), (INTERACTIONS.table, "requested_at"))


def check_lake(lake: Lake, zone: ZoneInfo) -> None:
    """Refuse a lake that real rows do not belong into.

    Raises:
        AnalyticsError: it holds simulated events, or its days were cut in another time zone.
    """
    if not lake.exists(EVENTS.table):
        return
    if not lake.exists(INGESTED_FILES.table):
        raise AnalyticsError(
            f"The lake {lake.root} holds simulated events, and real ones would mix with them: name another "
            "lake, such as --lake data/mine."
        )
    for table, instant in DATED:
        held = lake.days(table) if lake.exists(table) else []
        edges = pl.col("event_date").is_in([held[0], held[-1]]) if held else pl.lit(value=False)
        days = pl.col(instant).dt.convert_time_zone(zone.key).dt.date()
        if lake.scan(table).filter(edges).select((days != pl.col("event_date")).any()).collect().item():
            raise AnalyticsError(
                f"The days of the lake {lake.root} were cut in another time zone than {zone.key}: set "
                "the timezone back, or ingest everything into a new lake."
            )


def read_ledger(lake: Lake) -> pl.DataFrame:
    """Files that were ingested, none in a new lake."""
    if not lake.exists(INGESTED_FILES.table):
        return pl.DataFrame(schema=INGESTED_FILES.polars_schema())
    return lake.scan(INGESTED_FILES.table).select(INGESTED_FILES.names).collect()


class _Hashed(Protocol):
    """A file whose content was hashed."""

    @property
    def sha256(self) -> str:
        """Hash of its content."""
        ...


_File = TypeVar("_File", bound=_Hashed)


def distinct(files: Iterable[_File]) -> list[_File]:
    """The first of the files that share their content."""
    first: dict[str, _File] = {}
    for file in files:
        first.setdefault(file.sha256, file)
    return list(first.values())

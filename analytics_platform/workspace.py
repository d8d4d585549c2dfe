"""A workspace: settings, the lake they name and an engine over it. What every entry point opens first."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from analytics_platform import activity, behaviour, churn, experiments, forecasts
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model, Window
from analytics_platform.lakehouse.duckdb_engine import Connect, connection_config, connector
from analytics_platform.settings import Settings, load_settings

MODELS: dict[str, Model] = {
    name: model
    for package in (activity, behaviour, experiments, churn, forecasts)
    for name, model in package.MODELS.items()
}
VIEWS = {name: model for name, model in MODELS.items() if model.is_view}


@dataclass(frozen=True)
class Workspace:
    """The platform opened on one lake.

    Attributes:
        settings: the settings in force.
        connect: opens DuckDB connections; None: in memory, bounded by the settings.
    """

    settings: Settings
    connect: Connect | None = None

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.settings.lake)

    @cached_property
    def engine(self) -> DuckDBEngine:
        return DuckDBEngine(self.lake, VIEWS, self.connect or connector(self.connection_config))

    @property
    def connection_config(self) -> dict[str, str]:
        """DuckDB settings: memory, spill folder, threads."""
        settings = self.settings
        spill_dir = settings.spill_dir or settings.beside_lake("spill")
        return connection_config(settings.memory_limit, spill_dir, settings.threads)

    @property
    def source(self) -> Literal["simulation", "logs"]:
        """Where raw rows come from; `auto` means logs where one is named or was ingested into the lake."""
        if self.settings.source != "auto":
            return self.settings.source
        is_log = self.settings.log_path is not None or self.lake.exists("raw.ingested_files")
        return "logs" if is_log else "simulation"

    @property
    def days(self) -> Window:
        """All reporting days there are: the world's, or those of the ingested log.

        Raises:
            AnalyticsError: the source is logs and none has been ingested.
        """
        if self.source == "simulation":
            return Window(self.settings.world_start, self.settings.world_end)
        held = self.lake.days("raw.events")
        if not held:
            raise AnalyticsError(
                f"The lake {self.settings.lake} holds no events yet: "
                "run `analytics-platform ingest PATH --mapping FILE` first."
            )
        return Window(self.settings.start_date or held[0], held[-1])

    def built_days(self, table: str) -> Window:
        """Reporting days up to the last one that a table holds: later ones are not built, rather than silent.

        All of `days` where the table holds none of them.
        """
        days = self.days
        held = [day for day in self.lake.days(table) if day in days]
        return Window(days.first_day, held[-1] if held else days.last_day)


def open_workspace(connect: Connect | None = None) -> Workspace:
    """The workspace that the settings in force name; see `load_settings`."""
    settings = load_settings()
    if settings.lake.exists() and not settings.lake.is_dir():
        raise AnalyticsError(f"Setting lake: {settings.lake} is a file; name a folder.")
    return Workspace(settings, connect)

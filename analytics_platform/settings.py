"""Every setting of the platform, from `ANALYTICS_*` variables or an `analytics.toml` beside the work."""

import os
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from analytics_platform.errors import AnalyticsError

PREFIX = "ANALYTICS_"
FILE = "analytics.toml"


class Settings(BaseSettings):
    """Read once at start-up; a wrong or unknown setting is refused by name.

    Command-line flags win over variables, variables over the file, the file over the defaults.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True)

    lake: Path = Field(Path("data/lake"), description="Folder of the Delta tables.")
    dagster_home: Path | None = Field(
        None, description="Folder of Dagster's own history; default: beside the lake."
    )
    source: Literal["auto", "simulation", "logs"] = Field(
        "auto",
        description="Where raw events come from; `auto`: logs once a log was ingested into the lake.",
    )

    start_date: date | None = Field(
        None,
        description="First reporting day; default 2025-09-01 when simulating, else the log's first day.",
    )
    days: int = Field(180, ge=1, le=3650, description="Days that the simulated world lasts.")
    timezone: str = Field("UTC", description="Zone of the reporting day; instants stay in UTC.")
    late_days: int = Field(
        3, ge=0, le=60, description="Days before yesterday that the daily schedule builds again."
    )

    users: int = Field(20_000, ge=200, le=50_000_000, description="People in the simulated world.")
    seed: int = Field(2, ge=0, lt=2**32, description="Seed of the simulated world.")
    world: Path | None = Field(None, description="YAML file that changes parameters of the simulated world.")

    experiments: Path | None = Field(
        None,
        description="YAML file with your experiments; default: those of the simulated world where events are "
        "simulated, none for a log.",
    )

    scenarios: Path | None = Field(
        None, description="YAML file with your scenarios; default: the platform's examples."
    )
    funnels: Path | None = Field(
        None, description="YAML file with your funnels and journeys; default: the product's."
    )
    forecast_calendar: Path | None = Field(
        None,
        description="YAML file with the holidays, breaks, exams and releases that forecasts know; default: "
        "the school calendar that is shipped.",
    )
    subscription_price_usd: float = Field(
        9.99, ge=0, description="What a subscriber pays a month (US dollars), for revenue."
    )

    judge: Literal["heuristic", "openai", "replay"] = Field(
        "heuristic",
        description="Who judges answers: the built-in detector, a model behind an OpenAI-compatible "
        "endpoint, or recorded verdicts.",
    )
    judge_model: str | None = Field(None, description="Model that judges, as its endpoint names it.")
    judge_base_url: str | None = Field(
        None, description="Address of the judge's endpoint, up to and with /v1; default: OpenAI's."
    )
    judge_api_key: SecretStr | None = Field(
        None,
        description="Key of the judge's endpoint; only as a variable or in the file, never as an option.",
    )
    judge_daily_budget_usd: float = Field(
        1.0, ge=0, allow_inf_nan=False, description="US dollars that judging may cost a day (UTC)."
    )
    judge_cases_a_day: int = Field(
        200,
        ge=0,
        description="Answers of a day that are drawn to be judged, besides all that people rated.",
    )
    judge_prices: Path | None = Field(
        None, description="YAML file with prices of models, before those that are shipped."
    )
    judge_replay: Path | None = Field(
        None, description="Recorded verdicts (JSON Lines or Parquet) of the judge `replay`."
    )
    judge_timeout_seconds: float = Field(
        60, gt=0, le=3600, description="How long one request of the judge may take."
    )

    log_path: str | None = Field(None, description="File, folder or glob that a daily run ingests anew.")
    log_mapping: Path | None = Field(None, description="Mapping of `log_path` to the contract.")
    quarantine_threshold: float = Field(
        0.05, ge=0, le=1, description="Share of rejected rows above which `ingest` exits non-zero."
    )

    memory_limit: str = Field(
        "2GB", pattern=r"^\d+(\.\d+)?(MB|GB|TB)$", description="Memory the SQL engine may use."
    )
    spill_dir: Path | None = Field(None, description="Where the SQL engine spills; default: beside the lake.")
    threads: int | None = Field(None, ge=1, description="Threads of the SQL engine; default: all.")
    retention_days: int = Field(
        30, ge=0, description="Age at which vacuum removes files of old table versions."
    )

    dagster_url: str = Field(
        "http://127.0.0.1:3000", description="Address of the Dagster UI, for links in alerts."
    )
    alert_webhook: str | None = Field(None, description="Address that receives alerts as Slack-shaped JSON.")
    alert_file: Path | None = Field(
        None, description="File that alerts are appended to; default: beside the lake."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"no time zone is called {value!r}; write one like Europe/London")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def world_start(self) -> date:
        """First day of the simulated world."""
        return self.start_date or date(2025, 9, 1)

    @property
    def world_end(self) -> date:
        """Last day (inclusive) of the simulated world."""
        return self.world_start + timedelta(days=self.days - 1)

    def beside_lake(self, suffix: str) -> Path:
        """A path next to the lake, such as `data/lake.dagster`."""
        return self.lake.with_name(f"{self.lake.name}.{suffix}")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


SECRETS = frozenset(
    name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None
)
"""Settings that no message shows and no option takes: a command line is seen by everybody on the machine."""


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        AnalyticsError: a setting is unknown or has a wrong value, or `analytics.toml` is malformed.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise AnalyticsError(
            f"Unknown setting {unknown[0]}: remove it, or use one of {', '.join(sorted(known))}."
        )
    try:
        return Settings()  # pyright: ignore[reportCallIssue]
    except tomllib.TOMLDecodeError as error:
        raise AnalyticsError(f"{FILE} is not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        # A key must not be shown, nor what stands under a name that may be a misspelt key's.
        is_shown = name in Settings.model_fields and name not in SECRETS
        shown = f"; got {first['input']!r}" if is_shown else ""
        raise AnalyticsError(
            f"Setting {name} ({PREFIX}{name.upper()} or {FILE}): {first['msg']}{shown}."
        ) from None

"""Small lakes that hold only what the dashboards read, with the columns of the real tables.

Numbers are drawn from a seed: growth, weekends at two thirds, five countries, two roles. `write_kpis`
writes a product of some size; `quiet` makes it a log without ratings or billing, as real logs are.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Lake, Window

FIRST_DAY = date(2025, 9, 1)
DAYS = 120
SEGMENTS = {
    "overall": {"all": 1.0},
    "role": {"student": 0.88, "teacher": 0.12},
    "platform": {"web": 0.5, "ios": 0.3, "android": 0.2},
    "country": {"GB": 0.3, "US": 0.25, "DE": 0.15, "FR": 0.12, "BR": 0.1, "IN": 0.08},
    "plan": {"free": 0.9, "trial": 0.03, "paid": 0.07},
}
FEATURES = {"quiz": 0.42, "summarize": 0.37, "explain": 0.3, "flashcards": 0.16, "chat": 0.12, "other": 0.02}
BILLING = ("paywall_views", "trial_starts", "conversions", "renewals", "cancellations", "trials_28d",
           "converted_28d", "active_subscribers")  # fmt: skip
RATINGS = ("ratings", "rating_sum", "ratings_4_plus")
RATIOS = {
    "stickiness": ("dau", "mau"),
    "sessions_per_user": ("sessions", "dau"),
    "events_per_session": ("events", "sessions"),
    "engagement_seconds_per_session": ("engagement_seconds", "sessions"),
    "engagement_seconds_per_user": ("engagement_seconds", "dau"),
    "rating_mean": ("rating_sum", "ratings"),
    "satisfied_share": ("ratings_4_plus", "ratings"),
    "retention_1d": ("retained_1d", "cohort_1d"),
    "retention_7d": ("retained_7d", "cohort_7d"),
    "retention_30d": ("retained_30d", "cohort_30d"),
    "conversion_rate": ("converted_28d", "trials_28d"),
}


def kpi_rows(
    days: int = DAYS, users: int = 3000, *, first_day: date = FIRST_DAY, quiet: bool = False
) -> pl.DataFrame:
    """Rows of `behaviour.kpi_daily` for a product of about so many daily active users."""
    draws = np.random.default_rng(5)
    rows = [
        {
            "event_date": day,
            "dimension": dimension,
            "segment": segment,
            **_counts(draws, offset, day, users * share),
        }
        for offset, day in enumerate(first_day + timedelta(days=n) for n in range(days))
        for dimension, shares in SEGMENTS.items()
        for segment, share in shares.items()
    ]
    frame = pl.DataFrame(rows)
    if quiet:
        frame = frame.with_columns(pl.lit(0, pl.Int64).alias(name) for name in (*BILLING, *RATINGS))
    return frame.with_columns(
        pl.when(pl.col(bottom) > 0).then(pl.col(top) / pl.col(bottom)).alias(name)
        for name, (top, bottom) in RATIOS.items()
    )


def _counts(draws: np.random.Generator, offset: int, day: date, users: float) -> dict[str, float]:
    level = users * (0.7 + 0.004 * offset) * (0.65 if day.weekday() >= 5 else 1.0)
    dau = int(draws.poisson(level))
    new_users, sessions = int(draws.poisson(users * 0.04)), int(draws.poisson(dau * 1.4))
    events, ratings = int(draws.poisson(sessions * 4.2)), int(draws.poisson(sessions * 0.4))
    cohorts = {1: 0.32, 7: 0.2, 30: 0.12}
    counts: dict[str, float] = {
        "dau": dau,
        "wau": int(users * 2.1 * (0.7 + 0.004 * offset)),
        "mau": int(users * 5 * (0.7 + 0.004 * offset)),
        "new_users": new_users,
        "sessions": sessions,
        "events": events,
        "engagement_seconds": float(events * 95),
        "ratings": ratings,
        "rating_sum": int(ratings * 4.05),
        "ratings_4_plus": int(draws.binomial(ratings, 0.72)),
    }
    for k, share in cohorts.items():
        cohort = int(draws.poisson(users * 0.04)) if offset >= k else 0
        counts |= {f"cohort_{k}d": cohort, f"retained_{k}d": int(draws.binomial(cohort, share))}
    trials = int(draws.poisson(users * 0.012))
    matured = trials if offset >= 28 else 0
    return counts | {
        "paywall_views": trials * 6,
        "trial_starts": trials,
        "conversions": int(draws.poisson(users * 0.0012)),
        "renewals": int(draws.poisson(users * 0.002)),
        "cancellations": int(draws.poisson(users * 0.0004)),
        "trials_28d": matured,
        "converted_28d": int(draws.binomial(matured, 0.1)),
        "active_subscribers": int(users * 0.05 + offset * users * 0.001),
    }


def adoption_rows(days: int = DAYS, users: int = 3000, *, first_day: date = FIRST_DAY) -> pl.DataFrame:
    """Rows of `behaviour.feature_adoption_daily`: teachers explain where students quiz."""
    draws = np.random.default_rng(6)
    return pl.DataFrame(list(_adoption(draws, days, users, first_day)))


def _adoption(
    draws: np.random.Generator, days: int, users: int, first_day: date
) -> Iterator[dict[str, object]]:
    for day in (first_day + timedelta(days=n) for n in range(days)):
        for role, share in {"all": 1.0, "student": 0.88, "teacher": 0.12}.items():
            active = int(users * share)
            for feature, rate in FEATURES.items():
                used = int(draws.binomial(active, rate if role != "teacher" else 0.6 * rate + 0.1))
                repeat = int(draws.binomial(used, 0.6))
                yield {
                    "event_date": day,
                    "feature": feature,
                    "role": role,
                    "users": used,
                    "uses": used * 3,
                    "active_users": active,
                    "new_users_of_feature": used - repeat,
                    "repeat_users": repeat,
                    "adoption_rate": used / active if active else None,
                    "repeat_rate": repeat / used if used else None,
                }


def write_daily(
    lake: Lake, table: str, rows: pl.DataFrame, inputs: str = "", window: tuple[date, date] | None = None
) -> None:
    """Write a daily table, noting what it was computed from; the window defaults to the rows' days."""
    table_rows = rows.sort("event_date").to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = _plain(table_rows.schema)
    first_day, last_day = window or (rows["event_date"].min(), rows["event_date"].max())
    note = {"inputs": inputs} if inputs else {}
    lake.replace_days(table, Window(first_day, last_day), [table_rows.cast(schema)], schema, note)


def write_lake(lake: Lake, users: int = 3000, *, days: int = DAYS, quiet: bool = False) -> None:
    """A lake with the two tables of the Overview page."""
    write_daily(lake, "behaviour.kpi_daily", kpi_rows(days, users, quiet=quiet))
    write_daily(lake, "behaviour.feature_adoption_daily", adoption_rows(days, users))


def write_exposures(lake: Lake, starts: Sequence[tuple[str, date]]) -> None:
    """Exposures of a user to each experiment on its first day."""
    rows = pl.DataFrame(starts, schema={"experiment_id": pl.String, "event_date": pl.Date}, orient="row")
    write_daily(lake, "raw.exposures", rows)


def write_checks(
    lake: Lake, outcomes: Sequence[tuple[str, str, str, bool, str]], hours: Sequence[int] = ()
) -> None:
    """Outcomes of checks: (table, check, severity, passed, failing days), each with a claim in words.

    Args:
        lake: where to write.
        outcomes: one a row.
        hours: hour at which each was evaluated; default: all at midnight.
    """
    names = ("table_name", "check_name", "severity", "passed", "failing_days")
    rows = pl.DataFrame(outcomes, schema=list(names), orient="row").with_columns(
        description=pl.lit("No two rows share a key."),
        checked_at=pl.Series(
            [datetime(2026, 1, 2, hour, tzinfo=UTC) for hour in hours or [0] * len(outcomes)],
            dtype=pl.Datetime("us", "UTC"),
        ),
    )
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = _plain(table.schema)
    lake.replace("quality.check_results", [table.cast(schema)], schema)


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema with plain strings, as the lake stores them."""
    return pa.schema(
        [pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in schema]
    )

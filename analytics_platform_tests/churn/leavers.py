"""A log of users who come by habit and leave for good: enough of both to learn from, in a second."""

from pathlib import Path

import numpy as np
import polars as pl

from analytics_platform.churn import FEATURES
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.derived_rows import COUNTS, USER_DAYS_SCHEMA, day, days

USERS = 2200
DAYS = 160


def user_days(users: int = USERS, length: int = DAYS, seed: int = 3) -> pl.DataFrame:
    """Rows of `activity.user_days`: keen users come more often and leave later; quizzes go with keenness."""
    draw = np.random.default_rng(seed)
    keen = draw.normal(size=users)
    joined = draw.integers(-90, length, users)
    left = joined + 1 + draw.geometric(1 / (1 + np.exp(2.9 + keen)))
    chance = 1 / (1 + np.exp(0.9 - 0.8 * keen))
    offset = np.arange(length)
    comes = draw.random((users, length)) < chance[:, None]
    comes &= (offset >= joined[:, None]) & (offset < np.minimum(left, length)[:, None])
    here = joined >= 0
    comes[np.flatnonzero(here), joined[here]] = True
    user, offset = np.nonzero(comes)
    n = len(user)
    quiz = draw.binomial(1, 1 / (1 + np.exp(2.5 - keen[user])))
    rated = draw.binomial(1, 0.3, n)
    four = rated * draw.binomial(1, 0.6, n)
    columns = {name: np.zeros(n, dtype=np.int64) for name in COUNTS} | {
        "sessions": np.ones(n, dtype=np.int64),
        "events": quiz + 2,
        "quiz_uses": quiz,
        "summarize_uses": draw.binomial(2, 0.7, n),
        "flashcards_uses": draw.binomial(1, 0.3, n),
        "ratings": rated,
        "ratings_4_plus": four,
        "rating_sum": rated * 3 + four * 2,
    }
    return pl.DataFrame(
        {
            "user_id": user + 1,
            "role": np.where(user % 10 == 0, "teacher", "student"),
            "country": np.array(["DE", "FR", "US"])[user % 3],
            "platform": np.array(["web", "ios"])[user % 2],
            "plan": np.where(user % 20 == 1, "paid", "free"),
            "classroom_id": pl.Series(user // 12, dtype=pl.Int64),
            "acquisition_channel": np.array(["friend", "social"])[user % 2],
            "is_active": np.ones(n, dtype=bool),
            "engagement_seconds": 60.0 * (quiz + 2),
            **columns,
            "event_date": [day(int(one)) for one in offset],
        }
    )


def write_log(folder: Path, rows: pl.DataFrame, length: int = DAYS) -> tuple[DuckDBEngine, Window]:
    """A lake with user-days and their features, an engine over it, and its days."""
    lake, window = Lake(folder / "lake"), days(0, length - 1)
    ordered = rows.select(USER_DAYS_SCHEMA.names).sort("event_date", "user_id")
    lake.replace_days(
        "activity.user_days", window, [ordered.to_arrow().cast(USER_DAYS_SCHEMA)], USER_DAYS_SCHEMA
    )
    engine = DuckDBEngine(lake)
    engine.run(FEATURES, window)
    return engine, window

"""What people are segmented by: their last eight weeks in numbers that compare."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.lakehouse import Engine

QUERY = Path(__file__).with_suffix(".sql").read_text()
WINDOW_DAYS = 56
PRIOR = 5.0
"""Uses, or active days, by which a person's share leans on everybody's: two uses say little of a habit."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """A number of each person.

    Attributes:
        name: snake case; what its mean is called in `behaviour.segment_profiles`.
        unit: of the number.
        high: how a segment with much of it is called.
        low: how one with little of it is called.
        is_clustered: whether k-means sees it.
        is_logged: whether k-means sees log(1 + x) of it.
        description: what it is.
    """

    name: str
    unit: str
    high: str
    low: str
    description: str
    is_clustered: bool = True
    is_logged: bool = False


FEATURES = (
    Feature("active_days", "days", "frequent", "occasional", "Active days of the last 56.", is_logged=True),
    Feature("idle_days", "days", "lapsing", "current", "Days since the last active day.", is_logged=True),
    Feature(
        "sessions_per_day",
        "ratio",
        "many-session",
        "one-session",
        "Sessions on an active day.",
        is_logged=True,
    ),
    Feature("uses_per_session", "ratio", "intense", "light", "Feature uses in a session.", is_logged=True),
    Feature(
        "seconds_per_use",
        "seconds",
        "slow-paced",
        "quick",
        "Attention given to a feature use.",
        is_logged=True,
    ),
    Feature("weekend_share", "share", "weekend", "weekday", "Share of active days on Saturday or Sunday."),
    Feature("quiz_share", "share", "quiz-heavy", "quiz-light", "Share of uses that are quizzes."),
    Feature("summarize_share", "share", "summary-heavy", "summary-light", "Share of uses that summarize."),
    Feature(
        "explain_share", "share", "explanation-heavy", "explanation-light", "Share of uses that explain."
    ),
    Feature(
        "flashcards_share",
        "share",
        "flashcard-heavy",
        "flashcard-light",
        "Share of uses that are flashcards.",
    ),
    Feature("chat_share", "share", "chat-heavy", "chat-light", "Share of uses that chat."),
    Feature("rated_share", "share", "often-rating", "seldom-rating", "Ratings for each feature use."),
    Feature("is_teacher", "share", "teaching", "studying", "Share of teachers.", is_clustered=False),
    Feature("is_paying", "share", "paying", "free", "Share on the paid plan.", is_clustered=False),
    Feature(
        "age_days", "days", "long-standing", "newer", "Days since the first active day.", is_clustered=False
    ),
)
CLUSTERED = tuple(feature for feature in FEATURES if feature.is_clustered)


def people_at(engine: Engine, as_of: date) -> pl.DataFrame:
    """Everybody known by a day: columns of `features.sql` and one a feature, by user_id.

    Shares lean on those of everybody active; a feature is null for who was not active in the window.
    """
    rows = pl.DataFrame(engine.query(QUERY, {"as_of": as_of, "window_days": WINDOW_DAYS}))
    active = pl.col("active_days") > 0
    parts = {
        "sessions_per_day": pl.col("sessions") / pl.col("active_days"),
        "uses_per_session": pl.col("events") / pl.max_horizontal("sessions", 1.0),
        "seconds_per_use": pl.col("engagement_seconds") / pl.max_horizontal("events", 1.0),
        "weekend_share": _share("weekend_days", "active_days"),
        "rated_share": _share("ratings", "events"),
        **{
            f"{name}_share": _share(f"{name}_uses", "events")
            for name in ("quiz", "summarize", "explain", "flashcards", "chat")
        },
    }
    return rows.with_columns(pl.when(active).then(part).alias(name) for name, part in parts.items()).sort(
        "user_id"
    )


def _share(above: str, below: str) -> pl.Expr:
    """A share that leans on everybody's; nobody's without any."""
    everybody = (pl.col(above).sum() / pl.col(below).sum()).fill_nan(0.0).fill_null(0.0)
    return (pl.col(above) + PRIOR * everybody) / (pl.col(below) + PRIOR)


def transformed(people: pl.DataFrame) -> Floats:
    """Clustered features as k-means sees them before standardisation, shape (n, p)."""
    columns = [
        pl.col(feature.name).cast(pl.Float64).log1p() if feature.is_logged else pl.col(feature.name)
        for feature in CLUSTERED
    ]
    return people.select(columns).to_numpy()

"""What uplift is learned from: users of an experiment, known by what they were and did before exposure."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.catalogue_table import last_age
from analytics_platform.lakehouse import Engine
from analytics_platform.metrics.outcomes import Outcome
from analytics_platform.stats.uplift import Trial
from analytics_platform.stats.uplift.trial import Floats

QUERY = Path(__file__).with_suffix(".sql").read_text()
ATTRIBUTES = ("role", "country", "platform", "plan", "channel", "weekday")
TOTALS = (
    "active_days",
    "sessions",
    "events",
    "engagement_seconds",
    "summarize_uses",
    "quiz_uses",
    "explain_uses",
    "flashcards_uses",
    "chat_uses",
    "ratings",
    "rating_sum",
    "paywall_views",
    "trial_starts",
)
RARE_USERS = 30
NO_LIMIT_DAYS = 100_000


@dataclass(frozen=True)
class Users:
    """Users of a control and a treatment arm.

    Attributes:
        trial: their features, arms and outcomes; the outcome's sign is such that more is better.
        columns: columns of the trial's features that make up each feature.
    """

    trial: Trial
    columns: dict[str, list[int]]


def users_of(engine: Engine, experiment: Experiment, treatment: str, outcome: Outcome, as_of: date) -> Users:
    """The users of one treatment arm and of control.

    Ratios are linearised around control's, so that their mean effect is that on the ratio; totals of a
    winsorised mean are cut at the quantile of both arms together.

    Args:
        engine: answers from `experiments.exposures`, `activity.user_days` and `raw.users`.
        experiment: which.
        treatment: the arm compared with control.
        outcome: what each user is measured by; not of kind `quantile`.
        as_of: last reporting day known; days after the experiment's end do not count.
    """
    last = last_age(experiment, outcome.name)
    parameters = {
        "experiment_id": experiment.id,
        "control": experiment.control,
        "treatment": treatment,
        "as_of": min(as_of, experiment.end),
        "pre_period_days": experiment.pre_period_days,
        "from_day": outcome.first_day,
        "to_day": NO_LIMIT_DAYS if last is None else last,
        "mature_days": last or 0,
    }
    rows = pl.DataFrame(engine.query(QUERY, parameters)).sort("user_id")
    before, after = rows.filter(pl.col("is_before")), rows.filter(~pl.col("is_before"))
    is_treated = (after["variant"] == treatment).to_numpy()
    shares = experiment.variants
    probability = shares[treatment] / (shares[treatment] + shares[experiment.control])
    features, columns = _features(before)
    values = _values(after, outcome, ~is_treated) * (-1 if outcome.direction == "down" else 1)
    return Users(Trial(features, is_treated, values, probability), columns)


def _features(before: pl.DataFrame) -> tuple[Floats, dict[str, list[int]]]:
    """Features (n, p) and the columns of each: an indicator a level, logarithms of counts."""
    parts: dict[str, list[pl.Series]] = {name: [before[name].log1p()] for name in TOTALS}
    parts["tenure_days"] = [before["tenure_days"].fill_null(0).clip(0).cast(pl.Float64).log1p()]
    for name in ATTRIBUTES:
        levels = before[name].drop_nulls().value_counts().filter(pl.col("count") >= RARE_USERS)[name].sort()
        parts[name] = [(before[name] == level).fill_null(value=False) for level in levels]
    columns: dict[str, list[int]] = {}
    series: list[Floats] = []
    for name, pieces in parts.items():
        columns[name] = list(range(len(series), len(series) + len(pieces)))
        series += [piece.cast(pl.Float64).to_numpy() for piece in pieces]
    return np.column_stack(series), columns


def _values(after: pl.DataFrame, outcome: Outcome, is_control: np.ndarray) -> Floats:
    """The outcome of each user, (n,)."""
    totals = after[outcome.numerator].to_numpy()
    if outcome.is_share:
        return (totals > 0).astype(np.float64)
    if outcome.denominator is not None:
        divisors = after[outcome.denominator].to_numpy()
        base = divisors[is_control].sum()
        ratio = totals[is_control].sum() / base if base else 0.0
        return (totals - ratio * divisors) / (divisors.mean() or 1.0)
    if outcome.cap_quantile is not None and len(totals):
        return np.minimum(totals, np.quantile(totals, outcome.cap_quantile))
    return totals

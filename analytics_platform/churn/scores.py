"""`churn.scores`: who may leave, day by day, by models that know nothing after the day scored.

Every day near the end of a run is scored; of older days those of the snapshot grid, which is enough to see
what came of the scores, and those that were scored before. A day is scored by the newest model whose cut-off
is not after it, a day scored before by the model of the same cut-off as then.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.churn.design import Floats
from analytics_platform.churn.features import FEATURES, GRID
from analytics_platform.churn.model import ChurnModel
from analytics_platform.churn.store import cut_offs, load, newest_before, version
from analytics_platform.churn.tables import SCORES
from analytics_platform.churn.words import told
from analytics_platform.lakehouse import Engine, Window

RECENT_DAYS = 4
REASONS = 3
HIGH, RAISED = 0.8, 0.5
_ALL_DAYS = FEATURES.sql.replace(GRID, "TRUE")
EVERY_DAY = f"SELECT * FROM (\n{_ALL_DAYS}\n) AS features ORDER BY user_id"  # noqa: S608
GIVEN = """
SELECT event_date, max(model_cut_off_date) AS cut_off_date
FROM churn.scores
WHERE event_date BETWEEN $first_day AND $last_day
GROUP BY event_date
"""
STORED = "SELECT * FROM churn.features WHERE event_date = $first_day ORDER BY user_id"


def scored_before(engine: Engine, window: Window) -> dict[date, date]:
    """Days of a window that `churn.scores` holds, with the cut-off of the model that scored each."""
    return dict(pl.DataFrame(engine.query(GIVEN, window.parameters())).iter_rows())


def scores(
    engine: Engine,
    folder: Path,
    window: Window,
    snapshots: set[date],
    before: Mapping[date, date] | None = None,
) -> Iterator[pa.Table]:
    """Rows of a window, a table a scored day, days ascending; none before the first model's cut-off.

    Args:
        engine: answers from `churn.features` and `activity.user_days`.
        folder: where models are kept.
        window: days asked for.
        snapshots: days that `churn.features` holds.
        before: days scored already, from `scored_before`; they stay scored, by a model of the same cut-off.

    Raises:
        AnalyticsError: a model cannot be read.
    """
    kept, given = cut_offs(folder), before or {}
    models: dict[date, ChurnModel] = {}
    for day in window.days():
        is_recent = day > window.last_day - timedelta(days=RECENT_DAYS)
        cut_off = given[day] if given.get(day) in kept else newest_before(kept, day)
        if cut_off is None or not (is_recent or day in snapshots or day in given):
            continue
        if cut_off not in models:
            models = {cut_off: load(folder, cut_off)}
        users = users_of(engine, day, is_stored=day in snapshots)
        if users.height:
            yield scored(models[cut_off], users)


def users_of(engine: Engine, day: date, *, is_stored: bool) -> pl.DataFrame:
    """Features of the users of a day: as stored, else by the same SQL."""
    if is_stored:
        return pl.DataFrame(engine.query(STORED, {"first_day": day}))
    return pl.DataFrame(engine.query(EVERY_DAY, {"first_day": day, "last_day": day}))


def scored(model: ChurnModel, users: pl.DataFrame) -> pa.Table:
    """Rows of `churn.scores` for rows of `churn.features` of one day."""
    chance = model.probability(users)
    reasons: list[list[str | None]] = [[None] * REASONS for _ in range(users.height)]
    risky = np.flatnonzero(chance >= RAISED)
    for place, said in zip(risky, reasons_of(model, users[risky]), strict=True):
        reasons[place] = said
    rank = np.argsort(np.argsort(-chance, kind="stable"), kind="stable")
    known = users.select(
        "role", "country", "plan", "recency_days", "active_days_28d", "event_date", "user_id"
    )
    found = known.with_columns(
        probability=chance,
        risk_decile=10 - rank * 10 // users.height,
        risk_band=np.select([chance >= HIGH, chance >= RAISED], ["high", "raised"], "low"),
        **{
            f"reason_{place + 1}": pl.Series([said[place] for said in reasons], dtype=pl.String)
            for place in range(REASONS)
        },
        model=pl.lit(model.kind),
        model_version=pl.lit(version(model)),
        model_cut_off_date=pl.lit(model.cut_off_date),
    )
    return found.select(SCORES.names).to_arrow().cast(SCORES)


def reasons_of(model: ChurnModel, users: pl.DataFrame) -> list[list[str | None]]:
    """What raises each user's chance of leaving most, in words, strongest first."""
    if not users.height:
        return []
    contributions, _ = model.contributions(users)
    features = model.design.features
    values = {name: users[name].to_list() for name in features}
    return [_three(place, own, features, values) for place, own in enumerate(contributions)]


def _three(
    place: int, contributions: Floats, features: tuple[str, ...], values: dict[str, list[float | str | None]]
) -> list[str | None]:
    strongest = np.argsort(-contributions, kind="stable")[:REASONS]
    return [
        told(features[one], values[features[one]][place]) if contributions[one] > 0 else None
        for one in strongest
    ]

"""`churn.feature_importance`: what the model in force goes by, overall, by role and in pairs."""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa
from scipy import stats

from analytics_platform.churn.blend import Blend
from analytics_platform.churn.boosted import Boosted
from analytics_platform.churn.design import Design, Floats
from analytics_platform.churn.history import History
from analytics_platform.churn.model import ChurnModel, Scorer
from analytics_platform.churn.store import version
from analytics_platform.churn.tables import FEATURE_IMPORTANCE, Row, rows_of
from analytics_platform.churn.training import RULE, CutOff
from analytics_platform.churn.words import label

EXPLAINED = 3000
PAIRED = 500
PAIRS = 15
FEWEST = 50
SEED = 20260104


def feature_importance(history: History, newest: CutOff | None) -> pa.Table:
    """All rows of the table, of the users of the newest snapshot.

    Args:
        history: whose newest snapshot is explained.
        newest: the cut-off in force; None where nothing could be learnt.
    """
    if newest is None:
        told: Row = {"dimension": "overall", "segment": "all", "statistic": "reason"}
        return rows_of(
            [{**told, "n": 0, "sentence": "There is no model yet to explain."}], FEATURE_IMPORTANCE
        )
    day = history.dates[-1]
    users = history.on(day)
    users = users.sample(min(EXPLAINED, users.height), seed=SEED).sort("user_id")
    model = explained(newest)
    known: Row = {"model": model.kind, "model_version": version(model), "snapshot_date": day}
    contributions, _ = model.contributions(users)
    rows = [*_importances(model.design, users, contributions, "overall", "all")]
    for role in users["role"].unique().sort():
        own = (users["role"] == role).to_numpy()
        if FEWEST <= own.sum() < users.height:
            rows += _importances(model.design, users.filter(own), contributions[own], "role", role)
    trees, weight = _trees(model.scorer)
    if trees is not None:
        rows += _interactions(model.design, trees, weight, users.head(PAIRED))
    return rows_of([{**known, **row} for row in rows], FEATURE_IMPORTANCE)


def explained(newest: CutOff) -> ChurnModel:
    """The model in force; where that is the recency rule, which needs no explaining, the boosted trees."""
    return newest.model if newest.champion != RULE else newest.models["boosted"]


def _importances(
    design: Design, users: pl.DataFrame, contributions: Floats, dimension: str, segment: str
) -> Iterator[Row]:
    sizes = np.abs(contributions).mean(axis=0)
    total = sizes.sum() or 1.0
    for place in np.argsort(-sizes, kind="stable"):
        feature = design.features[place]
        direction = _direction(users[feature], contributions[:, place]) if feature in design.numbers else None
        yield {
            "dimension": dimension, "segment": segment, "statistic": "importance", "feature": feature,
            "label": label(feature), "estimate": float(sizes[place]), "share": float(sizes[place] / total),
            "direction": direction, "n": users.height, "sentence": _sentence(feature, direction),
        }  # fmt: skip


def _direction(values: pl.Series, contributions: Floats) -> float | None:
    known = values.cast(pl.Float64).to_numpy()
    seen = ~np.isnan(known)
    if seen.sum() < FEWEST or np.ptp(known[seen]) == 0 or np.ptp(contributions[seen]) == 0:
        return None
    return float(stats.spearmanr(known[seen], contributions[seen])[0])  # pyright: ignore[reportArgumentType]


def _sentence(feature: str, direction: float | None) -> str:
    name = label(feature)
    if direction is None:
        return f"{name[:1].upper()}{name[1:]}: by value."
    if abs(direction) < 0.3:
        return f"{name[:1].upper()}{name[1:]}: up or down, depending on the rest."
    return f"More {name} goes with {'leaving' if direction > 0 else 'staying'}."


def _trees(scorer: Scorer) -> tuple[Boosted | None, float]:
    """What lets features interact, and its weight: a straight line in log odds has no pairs."""
    if isinstance(scorer, Blend):
        return scorer.trees, 0.5
    return (scorer, 1.0) if isinstance(scorer, Boosted) else (None, 0.0)


def _interactions(design: Design, trees: Boosted, weight: float, users: pl.DataFrame) -> Iterator[Row]:
    """The strongest pairs: mean size of both halves of the SHAP interaction value together."""
    values = trees.interactions(design.matrix(users))
    by_rows = np.stack([design.by_feature(each) for each in values.transpose(1, 0, 2)], axis=1)
    pairs = np.stack([design.by_feature(each.T) for each in by_rows.transpose(0, 2, 1).swapaxes(1, 2)])
    sizes = 2 * weight * np.abs(pairs).mean(axis=0)
    first, second = np.triu_indices(len(design.features), 1)
    strength = sizes[first, second]
    total = strength.sum() or 1.0
    for place in np.argsort(-strength, kind="stable")[:PAIRS]:
        one, other = design.features[first[place]], design.features[second[place]]
        yield {
            "dimension": "overall", "segment": "all", "statistic": "interaction", "feature": one,
            "label": label(one), "other_feature": other, "estimate": float(strength[place]),
            "share": float(strength[place] / total), "n": users.height,
            "sentence": f"What {label(one)} says depends on {label(other)}.",
        }  # fmt: skip

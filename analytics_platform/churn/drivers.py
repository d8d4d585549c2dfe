"""`churn.drivers`: three kinds of evidence on what could be done, side by side and never pooled.

What goes with leaving (SHAP of the model in force) need not cause it. A difference between users who do and
do not, adjusted for all that was measured by cross-fitted partially linear double machine learning, rests
on nothing else mattering. Driver and covariates are measured over the same 28 days: what the driver did by
way of them is adjusted away. Covariates from before these days would leave out who left within them: in a log
in which quizzes do nothing they find 45 points. An experiment that moved the driver needs no such belief.

Source: Chernozhukov et al. (2018), *Econometrics Journal* 21.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from analytics_platform.churn.design import Design, Floats
from analytics_platform.churn.history import History, classes_of
from analytics_platform.churn.importance import explained
from analytics_platform.churn.store import version
from analytics_platform.churn.tables import DRIVERS, Row, rows_of
from analytics_platform.churn.training import CutOff
from analytics_platform.stats.causal.influence import CausalEstimate
from analytics_platform.stats.causal.nuisance import SMALLEST_CHANCE, Nuisances, folds_of
from analytics_platform.stats.causal.overlap import overlap
from analytics_platform.stats.causal.partially_linear import partially_linear
from analytics_platform.stats.causal.regression import naive_difference
from analytics_platform.stats.causal.sensitivity import robustness_value

FOLDS = 3
FEWEST = 150
FEWEST_LEARNT = 10
MOST_OUTSIDE = 0.8
"""Share of users nearly certain to have a driver, or not to, from which on nobody is left to compare."""

SEED = 20260105
LEARNER: dict[str, Any] = {
    "max_iter": 40,
    "learning_rate": 0.12,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 40,
    "l2_regularization": 10,
    "max_features": 0.5,
    "early_stopping": False,
    "random_state": SEED,
}
RETURNS = ("retained_28d", "retained_7d", "active_days")


@dataclass(frozen=True)
class Driver:
    """Something that a product could change.

    Attributes:
        name: in the table.
        label: what is compared, in words.
        treated: whether a user has it; null for users it is not asked of.
        own: features that only restate it, and are not adjusted for.
        moved_by: metrics of an experiment that show that it moved the driver.
    """

    name: str
    label: str
    treated: pl.Expr
    own: tuple[str, ...]
    moved_by: tuple[str, ...]


DRIVER_LIST = (
    Driver(
        "quiz_use",
        "took a quiz in 28 days, or not",
        pl.col("quiz_share") > 0,
        ("quiz_share", "quiz_activity", "summarize_share", "explain_share", "flashcards_share", "chat_share"),
        ("used_quiz", "quiz_uses"),
    ),
    Driver(
        "flashcards_use",
        "used flashcards in 28 days, or not",
        pl.col("flashcards_share") > 0,
        ("flashcards_share", "summarize_share", "explain_share", "quiz_share", "chat_share"),
        ("flashcards_uses",),
    ),
    Driver(
        "classmates_active",
        "half of the classmates or more active this week, or fewer",
        pl.col("classmates_active_share") >= 0.5,
        ("classmates_active_share", "class_visits_since", "active_teachers"),
        (),
    ),
    Driver(
        "high_rating",
        "mean rating of 4 or more, or less, of those who rated",
        pl.col("rating_mean") >= 4,
        ("rating_mean", "rating_mean_14d", "low_ratings"),
        ("rating_mean", "satisfied_share"),
    ),
    Driver(
        "paid_plan", "on the paid plan, or not", pl.col("plan") == "paid", ("plan", "days_since_trial"), ()
    ),
)


def drivers(history: History, newest: CutOff | None, readouts: Sequence[Row]) -> pa.Table:
    """All rows of the table.

    Args:
        history: the newest snapshot with known outcome is what is compared.
        newest: the cut-off in force; None where nothing could be learnt.
        readouts: rows of `experiments.readouts`; empty without experiments.
    """
    known = history.known_by(history.known_date)
    users = known.filter(pl.col("event_date") == known["event_date"].max()) if known.height else known
    rows: list[Row] = []
    for driver in DRIVER_LIST:
        named: Row = {"driver": driver.name, "label": driver.label}
        found = [
            *_predictive(driver, newest, history),
            *_adjusted(driver, users),
            *_randomised(driver, readouts),
        ]
        rows += [{**named, **row} for row in found]
    return rows_of(rows, DRIVERS)


def _predictive(driver: Driver, newest: CutOff | None, history: History) -> Iterator[Row]:
    """Mean SHAP of the driver's own features among users with it, less among users without."""
    row: Row = {"evidence": "predictive", "method": "shap", "outcome": "log_odds"}
    if newest is None:
        yield {**row, "sentence": "There is no model to explain."}
        return
    model, users = explained(newest), history.on(history.dates[-1])
    treated, asked = _treated(driver, users)
    own = [place for place, name in enumerate(model.design.features) if name in driver.own]
    if min(treated.sum(), (~treated).sum()) < FEWEST or not own:
        yield {**row, "n": len(treated), "sentence": _too_few(treated)}
        return
    contributions = model.contributions(asked)[0][:, own].sum(axis=1)
    gap = float(contributions[treated].mean() - contributions[~treated].mean())
    side = "leaving" if gap > 0 else "staying"
    yield {
        **row, "source": version(model), "estimate": gap, "n": len(treated),
        "treated_share": float(treated.mean()),
        "sentence": f"The model counts it towards {side} ({gap:+.2f} log odds), which tells of no cause.",
    }  # fmt: skip


def _adjusted(driver: Driver, users: pl.DataFrame) -> Iterator[Row]:
    row: Row = {"evidence": "assumption_bound", "outcome": "left_28d"}
    treated, asked = _treated(driver, users) if users.height else (np.zeros(0, bool), users)
    left = asked["has_left"].to_numpy().astype(float) if users.height else np.zeros(0)
    if min(treated.sum(), (~treated).sum()) < FEWEST or not 0.01 < left.mean() < 0.99:
        yield {**row, "method": "dml", "n": len(treated), "sentence": _too_few(treated)}
        return
    clusters = classes_of(asked)
    if not _can_learn(left, treated, clusters):
        yield {**row, "method": "dml", "n": len(treated), "sentence": _too_few_classes(clusters)}
        return
    row |= {"source": str(asked["event_date"][0]), "n": len(treated), "treated_share": float(treated.mean())}
    naive = naive_difference(left, treated, clusters)
    yield {**row, "method": "naive_difference", **_limits(naive), "sentence": "Nothing is adjusted for."}
    nuisances = two_nuisances(covariates(driver, asked), left, treated, clusters)
    found = partially_linear(left, treated, nuisances, clusters)
    seen = overlap(nuisances.propensity, treated)
    row |= {"method": "dml", "overlap_outside": seen.share_outside}
    if seen.share_outside > MOST_OUTSIDE:
        yield {**row, "sentence": _no_overlap(seen.share_outside)}
        return
    values = [
        robustness_value(found.estimate, found.standard_error, found.units - 2, alpha)
        for alpha in (None, 0.05)
    ]
    yield {
        **row, **_limits(found), "robustness_value": values[0], "robustness_value_interval": values[1],
        "sentence": _adjusted_words(found.estimate, values[0], seen.share_outside),
    }  # fmt: skip


@threadpool_limits.wrap(limits=1)  # boosting's threads wait by spinning
def two_nuisances(
    x: Floats, outcome: Floats, treated: NDArray[np.bool_], clusters: NDArray[np.int64]
) -> Nuisances:
    """Chances of the driver and of leaving, learnt on other clusters by boosted trees; for one slope only."""
    fold = folds_of(len(outcome), clusters, FOLDS, SEED)
    chance, expected = np.empty(len(outcome)), np.empty(len(outcome))
    for part in range(FOLDS):
        own, rest = fold == part, fold != part
        for target, predicted in ((treated, chance), (outcome > 0, expected)):
            learner = HistGradientBoostingClassifier(**LEARNER)
            predicted[own] = learner.fit(x[rest], target[rest]).predict_proba(x[own])[:, 1]
    chance = np.clip(chance, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    return Nuisances(chance, expected, expected, expected, {})


def _can_learn(outcome: Floats, treated: NDArray[np.bool_], clusters: NDArray[np.int64]) -> bool:
    """Whether each fold has users, and those outside it ten of each kind to learn from."""
    fold = folds_of(len(outcome), clusters, FOLDS, SEED)
    left = outcome > 0
    return all(
        (fold == part).any()
        and min(int((kind & (fold != part)).sum()) for kind in (treated, ~treated, left, ~left))
        >= FEWEST_LEARNT
        for part in range(FOLDS)
    )


def covariates(driver: Driver, users: pl.DataFrame) -> Floats:
    """Everything measured but what only restates the driver, shape (n, columns)."""
    design = Design.of(users)
    kept = Design(
        tuple(name for name in design.numbers if name not in driver.own),
        {name: levels for name, levels in design.levels.items() if name not in driver.own},
    )
    return kept.matrix(users)


def _randomised(driver: Driver, readouts: Sequence[Row]) -> Iterator[Row]:
    """What experiments that surely moved the driver did to coming back, by the analysis that decides."""
    moving = {
        row["experiment_id"]
        for row in readouts
        if row["metric"] in driver.moved_by and row["is_decisive"] and _is_sure(row)
    }
    for experiment in sorted(moving, key=str):
        own = [row for row in readouts if row["experiment_id"] == experiment and row["is_decisive"]]
        told = [
            row for metric in RETURNS for row in own if row["metric"] == metric and row["effect"] is not None
        ]
        for row in told:
            yield {
                "evidence": "randomised", "method": row["method"], "source": experiment,
                "outcome": row["metric"], "estimate": row["effect"], "low": row["effect_low"],
                "high": row["effect_high"],
                "n": int(str(row["control_units"])) + int(str(row["treatment_units"])),
                "sentence": "Randomised: some got more of the driver; this is the change in coming back.",
            }  # fmt: skip
        if not told:
            said = "The experiment moved the driver, but did not measure who came back."
            yield {"evidence": "randomised", "source": experiment, "sentence": said}
    if not moving:
        yield {"evidence": "randomised", "sentence": "No experiment so far is known to have moved it."}


def _is_sure(row: Row) -> bool:
    low, high = row["effect_low"], row["effect_high"]
    return isinstance(low, float) and isinstance(high, float) and (low > 0 or high < 0)


def _treated(driver: Driver, users: pl.DataFrame) -> tuple[NDArray[np.bool_], pl.DataFrame]:
    """Whether each user asked has the driver, and the rows of those users."""
    asked = users.with_columns(treated=driver.treated).filter(pl.col("treated").is_not_null())
    return asked["treated"].to_numpy().astype(bool), asked.drop("treated")


def _limits(found: CausalEstimate) -> Row:
    return {"estimate": found.estimate, "low": found.low, "high": found.high}


def _adjusted_words(estimate: float, robustness: float, outside: float) -> str:
    doubt = " Many users were nearly certain to have it, or not to." if outside > 0.3 else ""
    return (
        f"Among users alike in all else that was measured, {100 * estimate:+.1f} points leave; something "
        f"unmeasured that explains {robustness:.1%} of what is left of both would undo it. The rest was "
        f"measured over the same 28 days, so that what the driver did by way of it is not counted.{doubt}"
    )


def _no_overlap(outside: float) -> str:
    return (
        f"Withheld: {outside:.0%} of users were nearly certain to have it, or not to, by all else that was "
        "measured, so that hardly anybody is left to compare."
    )


def _too_few_classes(clusters: NDArray[np.int64]) -> str:
    return (
        f"Too few classes to learn on some and compare in others: {len(np.unique(clusters)):,}, of "
        f"which two thirds must hold {FEWEST_LEARNT} with it, without it, who left and who stayed."
    )


def _too_few(treated: NDArray[np.bool_]) -> str:
    return (
        f"Too few: {int(treated.sum()):,} users with it and {int((~treated).sum()):,} without; "
        f"it takes {FEWEST} of each, of whom some left and some stayed."
    )

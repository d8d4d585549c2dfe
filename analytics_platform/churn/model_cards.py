"""`churn.model_cards`: what each model is worth on users it had not seen, and what it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.churn import measures
from analytics_platform.churn.boosted import Boosted
from analytics_platform.churn.design import Design, Floats
from analytics_platform.churn.drift import DRIFTED, drifts
from analytics_platform.churn.history import HORIZON_DAYS, History, classes_of
from analytics_platform.churn.measures import Outcomes, estimate, measured
from analytics_platform.churn.model import KINDS, ChurnModel
from analytics_platform.churn.store import version
from analytics_platform.churn.tables import MODEL_CARDS, Row, rows_of
from analytics_platform.churn.training import FEWEST_TRIED, RULE, CutOff, why_not
from analytics_platform.churn.words import label

WARNING_ROWS = 40_000
SEED = 20260103
COMPARED = ("auc", "average_precision", "lift_10", "brier", "log_loss")
OVERALL: Row = {"dimension": "overall", "segment": "all"}
LIMITS = (
    "Leaving means no activity in the 28 days after; whoever comes back later counts as left.",
    "Only users active within the 28 days before are scored; whoever was away longer has left already.",
    "What goes with leaving need not cause it: see churn.drivers for what was tested.",
    "In a long holiday absence says less, and the calendar to come is not among the features.",
    "Events that arrived late count on their own day: a score made before they came could not know them.",
)


@dataclass(frozen=True)
class Trial:
    """One cut-off's users, with every candidate's measures under the same resamples.

    Attributes:
        cut_off: what was tried.
        weights: resamples of its users, shape (n, replicates + 1).
        found: measures by kind, each by name.
    """

    cut_off: CutOff
    weights: Floats
    found: dict[str, dict[str, Floats]]

    @property
    def base_rate(self) -> float:
        return _base_rate(self.cut_off)


def model_cards(history: History, cut_offs: Sequence[CutOff]) -> pa.Table:
    """All rows of the table.

    Args:
        history: what the cut-offs were made of.
        cut_offs: from `walk_forward`, in order of time.
    """
    if not cut_offs or cut_offs[-1].date != history.known_date:
        reason = why_not(history.known_by(history.known_date)) or "Nothing could be learnt."
        row: Row = {**OVERALL, "cut_off_date": history.known_date, "split": "in_force", "metric": "reason"}
        return rows_of([{**row, "n": history.rows.height, "sentence": reason}], MODEL_CARDS)
    trials = _trials(cut_offs)
    rows = [row for trial in trials for row in _of_trial(trial)]
    rows += [*_averages(trials), *_segments(trials, cut_offs[-1].champion)]
    rows += [
        *_bins(trials, cut_offs[-1].champion),
        *_warning(history),
        *_in_force(history, cut_offs[-1], trials),
    ]
    return rows_of(rows, MODEL_CARDS)


def _trials(cut_offs: Sequence[CutOff]) -> list[Trial]:
    tried = [each for each in cut_offs if each.predicted and _has_both(each.has_left)]
    weights = measures.weights_of([classes_of(_asked(each)) for each in tried])
    return [
        Trial(each, own, {kind: measured(_outcomes(each), p, own) for kind, p in each.predicted.items()})
        for each, own in zip(tried, weights, strict=True)
    ]


def _of_trial(trial: Trial) -> Iterator[Row]:
    cut_off = trial.cut_off
    for kind, found in trial.found.items():
        model: Row = {
            **OVERALL, "cut_off_date": cut_off.date, "split": "walk_forward", "model": kind,
            "model_version": version(cut_off.models[kind]), "n": len(_users(cut_off)),
        }  # fmt: skip
        yield from _measures(model, found, trial.found[RULE])


def _averages(trials: Sequence[Trial]) -> Iterator[Row]:
    if not trials:
        return
    mean = {kind: measures.mean_over([trial.found[kind] for trial in trials]) for kind in KINDS}
    users = sum(len(_users(trial.cut_off)) for trial in trials)
    for kind, found in mean.items():
        model: Row = {**OVERALL, "split": "walk_forward", "model": kind, "n": users}
        yield from _measures(model, found, mean[RULE])


def _measures(model: Row, found: dict[str, Floats], rule: dict[str, Floats]) -> Iterator[Row]:
    for metric, values in found.items():
        yield {**model, "metric": metric, **limits_of(values)}
    if model["model"] != RULE:
        for metric in COMPARED:
            yield {**model, "metric": f"{metric}_over_rule", **limits_of(found[metric] - rule[metric])}


def limits_of(values: Floats) -> Row:
    """Estimate and limits as columns."""
    found = estimate(values)
    return {"estimate": found.value, "low": found.low, "high": found.high}


def _segments(trials: Sequence[Trial], kind: str) -> Iterator[Row]:
    """The champion by role and country, averaged over the trials in which the segment has enough of both."""
    for dimension in ("role", "country"):
        segments = sorted(
            {s for trial in trials for s in _asked(trial.cut_off)[dimension].unique().to_list()}
        )
        for segment in segments if len(segments) > 1 else []:
            parts, users = [], 0
            for trial in trials:
                own = (_asked(trial.cut_off)[dimension] == segment).to_numpy()
                users += int(own.sum())
                if _has_both(trial.cut_off.has_left[own]):
                    whole = _outcomes(trial.cut_off)
                    some = Outcomes(whole.users[own], whole.has_left[own], whole.base_rate)
                    parts.append(measured(some, trial.cut_off.predicted[kind][own], trial.weights[own]))
            row: Row = {
                "dimension": dimension, "segment": segment, "split": "walk_forward", "model": kind, "n": users
            }  # fmt: skip
            if parts:
                mean = measures.mean_over(parts)
                for metric in ("auc", "expected_share", "observed_share"):
                    yield {**row, "metric": metric, **limits_of(mean[metric])}
            else:
                told = f"Too few: fewer than {FEWEST_TRIED} users left, or stayed, on every day tried."
                yield {**row, "metric": "reason", "sentence": told}


def _bins(trials: Sequence[Trial], kind: str) -> Iterator[Row]:
    """Expected beside observed by tenth of the champion's predictions, all trials together."""
    if not trials:
        return
    p = np.concatenate([trial.cut_off.predicted[kind] for trial in trials])
    y = np.concatenate([trial.cut_off.has_left for trial in trials])
    weights = np.concatenate([trial.weights for trial in trials])
    part = measures.tenths(p)
    for bin_ in np.unique(part):
        own = part == bin_
        observed = y[own] @ weights[own] / np.maximum(weights[own].sum(axis=0), 1e-12)
        yield {
            **OVERALL, "split": "walk_forward", "model": kind, "metric": "calibration_bin",
            "item": str(bin_ + 1), "position": float(p[own].mean()), "n": int(own.sum()),
            **limits_of(observed),
        }  # fmt: skip


def _warning(history: History) -> Iterator[Row]:
    """What a split by random rows would have claimed: the same users and overlapping weeks on both sides."""
    rows = history.known_by(history.known_date)
    rows = rows.sample(min(rows.height, WARNING_ROWS), seed=SEED, shuffle=True)
    learnt, asked = rows.head(rows.height * 4 // 5), rows.tail(rows.height - rows.height * 4 // 5)
    if why_not(learnt) is not None or not _has_both(asked["has_left"].to_numpy()):
        return
    design, has_left = Design.of(learnt), learnt["has_left"].to_numpy().astype(bool)
    model = ChurnModel(history.known_date, design, Boosted.fit(design.matrix(learnt), has_left))
    users = asked["user_id"].to_numpy()
    outcomes = Outcomes(
        users,
        asked["has_left"].to_numpy().astype(bool),
        float(learnt["has_left"].to_numpy().astype(float).mean()),
    )
    found = measured(outcomes, model.probability(asked), measures.weights_of([classes_of(asked)])[0])
    told = "Split by random rows, as one should not: the same users and weeks stand on both sides."
    for metric in ("auc", "average_precision", "lift_10"):
        yield {
            **OVERALL, "cut_off_date": history.known_date, "split": "random_split_warning",
            "model": "boosted", "metric": metric, "n": asked.height, "sentence": told,
            **limits_of(found[metric]),
        }  # fmt: skip


def _in_force(history: History, newest: CutOff, trials: Sequence[Trial]) -> Iterator[Row]:
    """The model that scores now: what it was fitted on, how far its inputs moved since, and its limits."""
    learnt, latest = newest.learnt, history.on(history.dates[-1])
    model: Row = {
        **OVERALL, "cut_off_date": newest.date, "split": "in_force", "model": newest.champion,
        "model_version": version(newest.model), "n": learnt.height,
    }  # fmt: skip
    days = learnt["event_date"].unique().sort()
    people, share = (
        learnt["user_id"].n_unique(),
        f"{history.share:.1%} of users, " if history.share < 1 else "",
    )
    told = (
        f"Fitted on {share}{days.len()} snapshots from {days[0]} to {days[-1]}: {learnt.height:,} rows of "
        f"{people:,} users, of which {_base_rate(newest):.1%} left within {HORIZON_DAYS} days."
    )
    yield {**model, "metric": "data_window", "sentence": told}
    why = f"Least mean log loss over {len(trials)} days tried." if trials else (
        "No day could be tried yet, so the recency rule scores."
    )  # fmt: skip
    yield {**model, "metric": "champion", "sentence": why}
    slope, intercept = newest.model.calibration.slope, newest.model.calibration.intercept
    told = f"Log odds after calibration: {intercept:+.3f} + {slope:.3f} times the model's."
    yield {**model, "metric": "calibration", "estimate": slope, "sentence": told}
    for feature, drift in drifts(newest.models[newest.champion].design, learnt, latest).items():
        moved = drift > DRIFTED
        told = f"The {label(feature)} of users moved since training." if moved else None
        yield {
            **model,
            "metric": "psi",
            "item": feature,
            "estimate": drift,
            "n": latest.height,
            "sentence": told,
        }
    for limit in LIMITS:
        yield {**model, "metric": "limit", "sentence": limit}


def _has_both(has_left: np.ndarray) -> bool:
    left = int(has_left.sum())
    return min(left, len(has_left) - left) >= FEWEST_TRIED


def _asked(cut_off: CutOff) -> pl.DataFrame:
    assert cut_off.asked is not None
    return cut_off.asked


def _users(cut_off: CutOff) -> np.ndarray:
    return _asked(cut_off)["user_id"].to_numpy()


def _outcomes(cut_off: CutOff) -> Outcomes:
    return Outcomes(_users(cut_off), cut_off.has_left, _base_rate(cut_off))


def _base_rate(cut_off: CutOff) -> float:
    return float(cut_off.learnt["has_left"].to_numpy().astype(float).mean())

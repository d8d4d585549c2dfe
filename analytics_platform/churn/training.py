"""Walk-forward training: each cut-off knows its past alone, and is tried on what came next.

A model of cut-off t is fitted on snapshots at least 28 days before t, the length of the label, so that the
outcome of every row it learns from was known by t. It is tried on the users of t. Its calibration comes from
the cut-off before, which predicted users without having seen what became of them. Which candidate scores is
decided by the trials known at t alone: until one has beaten the recency rule, the rule scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics_platform.churn.calibration import Calibration, platt
from analytics_platform.churn.design import Floats
from analytics_platform.churn.history import HORIZON_DAYS, History
from analytics_platform.churn.measures import LEAST_CHANCE
from analytics_platform.churn.model import KINDS, ChurnModel, fit

FEWEST_OF_EITHER = 50
FEWEST_ROWS = 300
FEWEST_TRIED = 25
TRIALS = 6
TRIAL_EVERY_DAYS = 30
RULE = "recency_rule"


@dataclass(frozen=True)
class CutOff:
    """The candidates of one cut-off.

    Attributes:
        date: last day known to them.
        models: by kind.
        learnt: rows they were fitted on.
        asked: users of the cut-off day with what became of them; None where it is not known yet.
        predicted: calibrated chances of those users, by kind, each of shape (n,).
        logits: their log odds before calibration, by kind.
        champion: kind that scores from this cut-off on.
    """

    date: date
    models: dict[str, ChurnModel]
    learnt: pl.DataFrame
    asked: pl.DataFrame | None
    predicted: dict[str, Floats] = field(default_factory=dict[str, Floats])
    logits: dict[str, Floats] = field(default_factory=dict[str, Floats])
    champion: str = RULE

    @property
    def model(self) -> ChurnModel:
        return self.models[self.champion]

    @property
    def has_left(self) -> np.ndarray:
        """What became of the users asked about."""
        assert self.asked is not None
        return self.asked["has_left"].to_numpy().astype(bool)


def walk_forward(history: History) -> list[CutOff]:
    """Cut-offs in order of time; the last knows all there is. Empty where even it has too little to learn."""
    found: list[CutOff] = []
    for day in [*trial_dates(history), history.known_date]:
        learnt = history.known_by(day)
        if why_not(learnt) is None:
            found.append(_cut_off(history, day, learnt, found))
    return found


def trial_dates(history: History) -> list[date]:
    """The newest snapshot with known outcome, and up to five more, at least 30 days from one to the next.

    Where a log thins out or a term ends, days on which nearly all or none left tell nothing: a day counts
    with 25 users of either outcome.
    """
    sizes = (
        history.known_by(history.known_date)
        .group_by("event_date")
        .agg(left=pl.col("has_left").sum(), stayed=(~pl.col("has_left")).sum())
        .filter(pl.min_horizontal("left", "stayed") >= FEWEST_TRIED)
    )
    found: list[date] = []
    for day in sizes["event_date"].sort(descending=True):
        if len(found) < TRIALS and (not found or (found[-1] - day).days >= TRIAL_EVERY_DAYS):
            found.append(day)
    return sorted(found)


def why_not(learnt: pl.DataFrame) -> str | None:
    """Why nothing can be learnt from rows; None where something can."""
    left = int(learnt["has_left"].sum() or 0)
    fewest = min(left, learnt.height - left)
    if learnt.height >= FEWEST_ROWS and fewest >= FEWEST_OF_EITHER:
        return None
    return (
        f"{learnt.height:,} user-snapshots with known outcome, {fewest:,} of the rarer one, are too few to "
        f"learn from: it takes {FEWEST_ROWS:,} and {FEWEST_OF_EITHER:,}."
    )


def _cut_off(history: History, day: date, learnt: pl.DataFrame, earlier: Sequence[CutOff]) -> CutOff:
    known = [past for past in earlier if past.date + timedelta(days=HORIZON_DAYS) <= day and past.predicted]
    raw = fit(learnt, day)
    models = {kind: model.calibrated(_calibration(kind, known)) for kind, model in raw.items()}
    asked = history.on(day)
    if asked.height == 0 or asked["has_left"].null_count():
        return CutOff(day, models, learnt, None, champion=champion(known))
    logits = {kind: model.logit(asked) for kind, model in models.items()}
    predicted = {kind: models[kind].calibration.probability(logit) for kind, logit in logits.items()}
    return CutOff(day, models, learnt, asked, predicted, logits, champion(known))


def _calibration(kind: str, known: Sequence[CutOff]) -> Calibration:
    return platt(known[-1].logits[kind], known[-1].has_left) if known else Calibration()


def champion(known: Sequence[CutOff]) -> str:
    """The candidate of least mean log loss over the trials known; without any, the rule."""
    if not known:
        return RULE
    losses = {kind: float(np.mean([_log_loss(past, kind) for past in known])) for kind in KINDS}
    return min(losses, key=lambda kind: losses[kind])


def _log_loss(trial: CutOff, kind: str) -> float:
    p = np.clip(trial.predicted[kind], LEAST_CHANCE, 1 - LEAST_CHANCE)
    return float(-np.where(trial.has_left, np.log(p), np.log(1 - p)).mean())

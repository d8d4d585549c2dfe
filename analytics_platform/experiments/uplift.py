"""Whom an experiment's treatment helps: rows of `experiments.uplift`.

Three learners predict each user's uplift in the primary metric; each is judged on users that it had not
seen. Values are in units of the metric per user, and more is better whatever the metric's direction.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.uplift_features import users_of
from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import described
from analytics_platform.metrics.outcomes import OUTCOMES, Outcome
from analytics_platform.stats import uplift
from analytics_platform.stats.uplift import Estimate, Trial, Validated

MINIMUM_USERS = 1000
MINIMUM_ARM = 300
SEED = 20260101
SHARES = np.linspace(0, 1, 21)
DRIVEN_BY = "dr_learner"
NAMES = {"t_learner": "T-learner", "x_learner": "X-learner", "dr_learner": "DR-learner"}

_TEXT, _NUMBER = pa.string(), pa.float64()
_COLUMNS = {
    "experiment_id": (_TEXT, "Experiment."),
    "metric": (_TEXT, "Primary metric, whose uplift is predicted."),
    "learner": (_TEXT, "t_learner, x_learner or dr_learner; null for a reason."),
    "statistic": (
        _TEXT,
        (
            "auuc, qini, ate, policy_value, treat_all_value, policy_gain, calibration_slope, "
            "calibration_intercept, curve, curve_random, calibration_bin, importance or reason."
        ),
    ),
    "item": (_TEXT, "Feature of an importance, number of a bin; null otherwise."),
    "position": (_NUMBER, "Share of users treated (curves, policies) or mean predicted uplift (bins)."),
    "estimate": (_NUMBER, "In units of the metric per user, a slope without unit; null where there is none."),
    "low": (_NUMBER, "Lower limit of its 95 % interval."),
    "high": (_NUMBER, "Upper limit of its 95 % interval."),
    "n": (pa.int64(), "Users that the estimate rests on."),
    "sentence": (_TEXT, "What the number says, or why there is none."),
}
UPLIFT_SCHEMA = described(_COLUMNS)

Row = dict[str, object]


@dataclass(frozen=True)
class _Judgement:
    """One learner on one experiment, and the words and rows that follow.

    Attributes:
        learner: its name.
        outcome: the metric.
        validated: users it predicted.
        columns: columns of each feature.
    """

    learner: str
    outcome: Outcome
    validated: Validated
    columns: dict[str, list[int]]

    def rows(self) -> Iterator[Row]:
        yield from self._ranking()
        yield from self._policy()
        yield from self._calibration()
        yield from self._curve()
        if self.learner == DRIVEN_BY:
            yield from self._importances()

    def _ranking(self) -> Iterator[Row]:
        judged = self.validated
        area = uplift.mean(judged.by_fold(uplift.auuc, judged.predicted))
        lead = uplift.mean(judged.by_fold(uplift.qini, judged.predicted))
        name = NAMES[self.learner]
        yield self.row("auuc", area, f"Mean gain over all shares targeted by the {name}: {self.says(area)}.")
        found = "it finds who benefits" if lead.low > 0 else "no sign that it finds who benefits"
        found = "it points the wrong way" if lead.high < 0 else found
        yield self.row(
            "qini",
            lead,
            f"Targeting by the {name} leads random targeting by {self.says(lead)} per user: {found}.",
        )

    def _policy(self) -> Iterator[Row]:
        value = uplift.policy_value(self.validated.scores, self.validated.predicted)
        treated = f"the {value.share:.0%} of users who are predicted to benefit"
        says = self.says
        yield self.row(
            "policy_value", value.policy, f"Treating {treated} gains {says(value.policy)}.", value.share
        )
        yield self.row(
            "treat_all_value", value.treat_all, f"Treating everybody gains {says(value.treat_all)}.", 1.0
        )
        verdict = "no better than treating everybody"
        if value.gain.low > 0:
            verdict = "better than treating everybody"
        elif value.gain.high < 0:
            verdict = "worse than treating everybody"
        sentence = f"Treating only {treated} adds {says(value.gain)} over treating everybody: {verdict}."
        yield self.row("policy_gain", value.gain, sentence, value.share)

    def _calibration(self) -> Iterator[Row]:
        scores, predicted = self.validated.scores, self.validated.predicted
        line = uplift.best_linear_predictor(scores, predicted)
        if line is None:
            alike = (
                f"The {NAMES[self.learner]} predicts the same for everybody: there is nothing to calibrate."
            )
            yield self.row("calibration_slope", None, alike)
            return
        slope = line.slope
        sense = "real differences" if slope.low > 0 else "no differences that the data confirm"
        yield self.row(
            "calibration_slope",
            slope,
            f"A predicted difference of 1 comes out as {slope.value:.2f} "
            f"({slope.low:.2f} to {slope.high:.2f}; 1 is calibrated): {sense}.",
        )
        yield self.row(
            "calibration_intercept",
            line.intercept,
            f"Where the prediction is zero, the effect is {self.says(line.intercept)}.",
        )
        for number, group in enumerate(uplift.bins(scores, predicted), start=1):
            yield {
                **self.row("calibration_bin", group.observed, None, group.predicted, str(number)),
                "n": group.units,
            }

    def _curve(self) -> Iterator[Row]:
        judged = self.validated
        curve = uplift.mean(judged.by_fold(lambda s, p: uplift.gains(s, p, SHARES), judged.predicted))
        random = uplift.mean(SHARES[:, None] * judged.scores)
        for statistic, line in (("curve", curve), ("curve_random", random)):
            for place, share in enumerate(SHARES):
                yield self.row(statistic, _at(line, place), None, float(share))

    def _importances(self) -> Iterator[Row]:
        losses = uplift.importances(self.validated, self.columns, SEED)
        for feature, loss in sorted(losses.items(), key=lambda item: -item[1].value):
            sentence = f"Without {feature} the lead over random targeting loses {self.says(loss)}."
            yield self.row("importance", loss, sentence, item=feature)

    def row(
        self,
        statistic: str,
        found: Estimate | None,
        sentence: str | None,
        position: float | None = None,
        item: str | None = None,
    ) -> Row:
        return {
            "learner": self.learner,
            "statistic": statistic,
            "item": item,
            "position": position,
            "estimate": None if found is None else float(found.value),
            "low": None if found is None else float(found.low),
            "high": None if found is None else float(found.high),
            "n": len(self.validated.scores),
            "sentence": sentence,
        }

    def says(self, found: Estimate) -> str:
        return told(found, self.outcome.unit)


def told(found: Estimate, unit: str) -> str:
    """An estimate with interval and unit, such as `+5.1 points (+3.0 to +7.2)`, as exact as it is known."""
    scale, suffix = {"share": (100, " points"), "seconds": (1, " s")}.get(unit, (1, ""))
    error = scale * float(found.standard_error)
    digits = max(0, 1 - math.floor(math.log10(error))) if error > 0 else 2
    ends = (scale * float(end) for end in (found.value, found.low, found.high))
    value, low, high = (f"{end:+,.{digits}f}" for end in ends)
    return f"{value}{suffix} ({low} to {high})".replace("-", "−")


@threadpool_limits.wrap(limits=1)  # so few rows keep one core busy; two wait for each other
def uplift_rows(
    engine: Engine, experiment: Experiment, as_of: date, *, has_mismatch: bool = False
) -> list[Row]:
    """Rows of `experiments.uplift` for one user-randomised experiment, its first treatment against control.

    Args:
        engine: answers from `experiments.exposures`, `activity.user_days` and `raw.users`.
        experiment: whose users were randomised one by one.
        as_of: last reporting day known.
        has_mismatch: whether its arms are not as large as planned, so that they cannot be compared.

    Returns:
        Rows of `UPLIFT_SCHEMA`; one with the statistic `reason` where nothing can be learned.
    """
    outcome = OUTCOMES[experiment.primary]
    whose: Row = {"experiment_id": experiment.id, "metric": outcome.name}
    if has_mismatch:
        return [_reason(whose, 0, "The arms are not as large as planned, so that no effect can be believed.")]
    if outcome.kind == "quantile":
        return [_reason(whose, 0, "A quantile is no mean over users, so that no user has an uplift in it.")]
    users = users_of(engine, experiment, experiment.treatments[0], outcome, as_of)
    reason = _why_not(users.trial)
    if reason is not None:
        return [_reason(whose, len(users.trial), reason)]
    scores = uplift.doubly_robust_scores(users.trial, uplift.FOLDS, SEED)
    effect = uplift.mean(scores)
    rows: list[Row] = []
    for learner, learn in uplift.LEARNERS.items():
        validated = uplift.validate(users.trial, learn, scores, SEED)
        judgement = _Judgement(learner, outcome, validated, users.columns)
        average = judgement.row("ate", effect, f"The mean effect is {judgement.says(effect)}.")
        rows += [{**average, "n": len(users.trial)}, *judgement.rows()]
    return [{**whose, **row} for row in rows]


def _at(line: Estimate, place: int) -> Estimate:
    return Estimate(line.value[place], line.standard_error[place], line.low[place], line.high[place])


def _why_not(trial: Trial) -> str | None:
    users, treated = len(trial), int(trial.is_treated.sum())
    smaller = min(treated, users - treated)
    if users < MINIMUM_USERS or smaller < MINIMUM_ARM:
        return (
            f"{users:,} users, {smaller:,} in the smaller arm, are too few to learn who benefits: "
            f"it takes {MINIMUM_USERS:,} and {MINIMUM_ARM:,}."
        )
    if np.ptp(trial.outcome) == 0:
        return "Every user has the same value of the metric, so that there is nothing to learn."
    return None


def _reason(whose: Row, users: int, sentence: str) -> Row:
    known = {**whose, "statistic": "reason", "n": users, "sentence": sentence}
    return {name: known.get(name) for name in UPLIFT_SCHEMA.names}

"""Adoption: whether a quiz on a user's first day brings the user back on day 30.

Nobody was told to take a quiz. Who does is keener on the product and on quizzes, and nothing that happened
before the first day tells how keen; the measured covariates therefore leave most of the bias. What the first
day does tell is how much of it went to quizzes: from that a taste for them is inferred, and the effect is the
jump in return between no quiz and one at the same taste.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.experiments.causal.tables import Analysis, Findings, Row
from analytics_platform.lakehouse import Engine, Window
from analytics_platform.stats.causal.balance import BALANCED, standardised_differences
from analytics_platform.stats.causal.doubly_robust import aipw
from analytics_platform.stats.causal.influence import CausalEstimate, Floats, median_of
from analytics_platform.stats.causal.nuisance import Nuisances, cross_fit
from analytics_platform.stats.causal.overlap import overlap
from analytics_platform.stats.causal.partially_linear import common_slope, partially_linear
from analytics_platform.stats.causal.regression import adjusted_difference, naive_difference
from analytics_platform.stats.causal.sensitivity import e_value, robustness_value
from analytics_platform.stats.causal.taste import inferred_taste
from analytics_platform.stats.causal.weighting import weighted_difference, weights_of

QUERY = Path(__file__).with_suffix(".sql").read_text()
RETAINED_DAY = 30
FIRST_SIGNUP_DAY, LAST_SIGNUP_DAY = 10, 120
SPLITS, FOLDS = 3, 3
FEWEST = 200
RARE = 30

MEASURED = Analysis(
    analysis_id="quiz_adoption",
    question="Does a quiz on the first day bring users back on day 30?",
    design="adoption",
    outcome="share of users active on day 30 after sign-up",
    estimand="mean effect on all users",
    population=f"users active on their day of sign-up, which is day {FIRST_SIGNUP_DAY} to {LAST_SIGNUP_DAY}",
    assumptions=(
        "Among users alike in role, country, platform, channel, class membership, week and weekday of "
        "sign-up and the amount of first-day use, taking a quiz is as good as random. It is not credible "
        "here: how keen a user is decides both and is not measured."
    ),
)
NAIVE = "Users who take a quiz on the first day would otherwise return as often as those who do not."
TASTE = (
    "Whatever makes quiz takers different works through a lasting taste for quizzes, which the first day's "
    "share of quizzes reveals up to chance; returning depends on that taste evenly and on the amount of "
    "first-day use by its logarithm; trying one quiz, not the number of quizzes, is what has the effect. "
    "Keenness that goes with quizzes in another way would still bias it."
)


@dataclass(frozen=True)
class Adopters:
    """The users of the analysis.

    Attributes:
        covariates: what was measured before or beside the choice, shape (n, k).
        names: names of the covariates.
        taste: inferred taste for quizzes, shape (n,).
        treated: whether the user took a quiz on the first day, shape (n,).
        outcome: 1 for a user active on day 30, else 0, shape (n,).
        clusters: the user's class, or the user, shape (n,).
        placebo: share of classmates active on their day 30, NaN for a user without classmates, shape (n,).
    """

    covariates: Floats
    names: list[str]
    taste: Floats
    treated: NDArray[np.bool_]
    outcome: Floats
    clusters: NDArray[np.int64]
    placebo: Floats


def quiz_adoption(engine: Engine, days: Window, origin: date, seed: int = 0) -> Findings:
    """The analysis by every method, with what speaks for and against it.

    Args:
        engine: answers from `raw.users` and `activity.user_days`.
        days: reporting days there are.
        origin: day 0.
        seed: of the random splits.
    """
    last = min(origin + timedelta(LAST_SIGNUP_DAY), days.last_day - timedelta(RETAINED_DAY))
    first = max(origin + timedelta(FIRST_SIGNUP_DAY), days.first_day)
    if last < first:
        return _impossible(f"No user can be followed for {RETAINED_DAY} days after sign-up.")
    parameters = {"first_day": first, "last_day": last, "retained_day": RETAINED_DAY}
    rows = pl.DataFrame(engine.query(QUERY, parameters))
    taken = rows.filter(pl.col("quiz_uses") > 0).height
    if min(taken, rows.height - taken) < FEWEST:
        return _impossible(
            f"{taken} users took a quiz on the first day and {rows.height - taken} did not; "
            f"each must be {FEWEST} at least."
        )
    people = adopters_of(rows)
    if not 0 < people.outcome.mean() < 1:
        return _impossible("All users came back on that day, or none.")
    return _by_measured(people, seed) + _by_taste(people)


def adopters_of(rows: pl.DataFrame) -> Adopters:
    """Users with covariates, taste and clusters from the rows of the query."""
    uses = rows["uses"].to_numpy().astype(float)
    teacher = (rows["role"] == "teacher").to_numpy()
    in_class = rows["classroom_id"].is_not_null().to_numpy()
    columns: dict[str, Floats] = {
        "log first-day uses": np.log(uses),
        "log first-day uses, squared": np.log(uses) ** 2,
        "log first-day uses of teachers": np.log(uses) * teacher,
        "first-day sessions": rows["sessions"].to_numpy().astype(float),
        "in a class": in_class.astype(float),
        "teacher in a class": (in_class & teacher).astype(float),
    }
    dated = rows.with_columns(
        week=pl.col("signup_date").dt.truncate("1w").cast(pl.String),
        weekday=pl.col("signup_date").dt.weekday(),
    )
    for name in ("role", "country", "platform", "channel", "week", "weekday"):
        counts = dated[name].value_counts().filter(pl.col("count") >= RARE).sort(name)
        for level in counts[name].to_list()[1:]:
            columns[f"{name} {level}"] = (dated[name] == level).to_numpy().astype(float)
    outcome = rows["is_retained"].to_numpy().astype(float)
    classroom = rows["classroom_id"].fill_null(-1).to_numpy()
    _, clusters = np.unique(
        np.stack([in_class, np.where(in_class, classroom, rows["user_id"])]), axis=1, return_inverse=True
    )
    kept = {name: values for name, values in columns.items() if values.std() > 0}
    return Adopters(
        covariates=np.column_stack(list(kept.values())),
        names=list(kept),
        taste=inferred_taste(rows["quiz_uses"].to_numpy(), rows["uses"].to_numpy(), teacher),
        treated=(rows["quiz_uses"] > 0).to_numpy(),
        outcome=outcome,
        clusters=clusters,
        placebo=_mean_of_others(outcome, clusters),
    )


def _mean_of_others(values: Floats, clusters: NDArray[np.int64]) -> Floats:
    sizes = np.bincount(clusters)[clusters]
    sums = np.bincount(clusters, weights=values)[clusters]
    return np.divide(sums - values, sizes - 1, out=np.full(len(values), np.nan), where=sizes > 1)


def _by_measured(people: Adopters, seed: int) -> Findings:
    x, y, t, clusters = people.covariates, people.outcome, people.treated, people.clusters
    splits = [cross_fit(x, y, t, clusters, FOLDS, seed + split) for split in range(SPLITS)]
    treated = int(t.sum())

    effects = [
        MEASURED.assuming(NAIVE).effect("naive", naive_difference(y, t, clusters), treated),
        MEASURED.effect("regression", adjusted_difference(x, y, t, clusters=clusters), treated),
        MEASURED.effect(
            "ipw",
            median_of([weighted_difference(y, t, s.propensity, clusters=clusters) for s in splits]),
            treated,
        ),
        MEASURED.effect("aipw", median_of([aipw(y, t, s, clusters=clusters) for s in splits]), treated),
        MEASURED.effect("dml", median_of([partially_linear(y, t, s, clusters) for s in splits]), treated),
    ]
    found = aipw(y, t, splits[0], clusters=clusters)
    return Findings(effects, [*_overlap(people, splits[0]), *_sensitivity(MEASURED, found)])


def _by_taste(people: Adopters) -> Findings:
    analysis = taste_analysis()
    design = np.column_stack([people.covariates, people.taste])
    found = common_slope(design, people.outcome, people.treated, people.clusters)
    rows = [*_sensitivity(analysis, found)]
    classed = ~np.isnan(people.placebo)
    if min(people.treated[classed].sum(), (~people.treated[classed]).sum()) >= FEWEST:
        rows.append(_placebo(analysis, people, design, classed))
    return Findings(
        [analysis.effect("regression", found, int(people.treated.sum()), is_recommended=True)], rows
    )


def taste_analysis() -> Analysis:
    """The recommended analysis: the same question at equal taste."""
    analysis = MEASURED.assuming(TASTE)
    return Analysis(**{**vars(analysis), "analysis_id": "quiz_adoption_at_equal_taste"})


def _overlap(people: Adopters, nuisances: Nuisances) -> list[Row]:
    t, e = people.treated, nuisances.propensity
    found = overlap(e, t)
    rows = [
        MEASURED.diagnostic(
            "overlap",
            "outside .05 to .95",
            f"{found.share_outside:.1%} of users were nearly certain to take a quiz, or not to.",
            value=found.share_outside,
            passed=found.share_outside < 0.1,
        )
    ]
    for arm, shares, effective in (
        ("control", found.control_shares, found.control_effective),
        ("treatment", found.treated_shares, found.treated_effective),
    ):
        sentence = f"The weighted {arm} arm is worth {effective:,.0f} users."
        rows.append(MEASURED.diagnostic("overlap", f"{arm} effective users", sentence, value=effective))
        rows += [
            MEASURED.diagnostic(
                "overlap", arm, f"{share:.1%} of the {arm} arm.", position=(low + high) / 2, value=share
            )
            for low, high, share in zip(found.edges[:-1], found.edges[1:], shares, strict=True)
        ]
    before = standardised_differences(people.covariates, t)
    after = standardised_differences(people.covariates, t, weights_of(e, t))
    for name, old, new in zip(people.names, before, after, strict=True):
        sentence = f"Quiz takers differ by {old:+.2f} SD, after weighting by {new:+.2f}."
        passed = bool(abs(new) < BALANCED)
        rows.append(MEASURED.diagnostic("balance", name, sentence, value=new, low=old, passed=passed))
    return rows


def _sensitivity(analysis: Analysis, found: CausalEstimate) -> list[Row]:
    rows: list[Row] = []
    if found.control_mean > 0:
        point, limit = e_value(found.control_mean, found.estimate, found.low, found.high)
        sentence = (
            f"To explain the estimate away, something unmeasured must go with both quiz and return by a risk "
            f"ratio of {point:.2f}; to make it uncertain, {limit:.2f}."
        )
        rows.append(analysis.diagnostic("e_value", "estimate", sentence, value=point))
        rows.append(analysis.diagnostic("e_value", "interval", sentence, value=limit, passed=limit > 1))
    for item, alpha in (("estimate", None), ("interval", 0.05)):
        share = robustness_value(found.estimate, found.standard_error, found.units - 2, alpha)
        sentence = (
            f"Something unmeasured that explains {share:.2%} of what is left of both quiz and return would "
            f"bring the {item} to no effect."
        )
        rows.append(analysis.diagnostic("robustness_value", item, sentence, value=share))
    return rows


def _placebo(analysis: Analysis, people: Adopters, design: Floats, chosen: NDArray[np.bool_]) -> Row:
    found = common_slope(
        design[chosen], people.placebo[chosen], people.treated[chosen], people.clusters[chosen]
    )
    passed = found.p_value >= 0.05
    told = "as it should" if passed else "which it cannot cause: something of the class is left unmeasured"
    sentence = (
        f"One's own quiz moves the share of classmates who come back by {found.estimate:+.2%}, {told}. "
        "It tells of what a class shares, not of a user's own keenness."
    )
    return analysis.diagnostic(
        "placebo_outcome",
        "classmates active on day 30",
        sentence,
        value=found.estimate,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        passed=passed,
    )


def _impossible(reason: str) -> Findings:
    methods = ("naive", "regression", "ipw", "aipw", "dml")
    rows = [MEASURED.impossible(method, reason) for method in methods]
    return Findings([*rows, taste_analysis().impossible("regression", reason)], [])

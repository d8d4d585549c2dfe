"""What a change does to the rates of coming: from a randomised experiment where there was one.

An experiment's effect is the odds ratio of coming between its arms, of users in the same state on the day
before (Mantel–Haenszel), one for each rate of the growth model, pulled towards that of all together.
Among the long absent of the treated arm those are missing whom it brought back, which makes the ratio there
too small; leaving the long absent out costs more in precision than it mends (docs/scenarios.md: figures).

Sources: Mantel & Haenszel (1959), J. Natl. Cancer Inst. 22; Morris (1983), JASA 78 (the pull); Rubin (1981),
Ann. Stat. 9: bootstrap weights.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics_platform.forecasts.growth_states import RATES, STATES, flows
from analytics_platform.forecasts.scenarios_history import BUCKETS, ArmCounts
from analytics_platform.stats.shrinkage import shrink

Floats = NDArray[np.float64]

SEED = 20260101
MINIMUM_USERS = 200
"""In each arm; below, an experiment says nothing."""
_TINY = 1e-9


@dataclass(frozen=True)
class Effect:
    """A change of the logits of coming, with its uncertainty.

    Attributes:
        shift: by replicate and rate, the first replicate being the estimate, shape (replicates, 7).
        is_by_class: whether it reaches members of classrooms only.
        source: where the number comes from, in a sentence.
        is_randomised: whether it rests on a randomised comparison.
    """

    shift: Floats
    is_by_class: bool
    source: str
    is_randomised: bool


@dataclass(frozen=True)
class Change:
    """One change of a scenario, its effect known.

    Attributes:
        force: share of the change that is in force on each day to come, shape (days,).
        new: relative change of new users.
        effect: change of the logits of coming; None: none.
        amount: what the effect is multiplied by.
        conversion: change of the log of conversions to a subscription, by replicate; None: none.
        price: relative change of the price.
    """

    force: Floats
    new: float = 0.0
    effect: Effect | None = None
    amount: float = 1.0
    conversion: Floats | None = None
    price: float = 0.0


def weights(replicates: int) -> Floats:
    """Weights of the buckets in each replicate, the first being the data as they are; shape (…, BUCKETS)."""
    drawn = np.random.default_rng(SEED).exponential(size=(replicates, BUCKETS))
    return np.vstack([np.ones(BUCKETS), drawn * (BUCKETS / drawn.sum(1, keepdims=True))])


def launch_effect(name: str, counts: ArmCounts, bootstrap: Floats) -> Effect | None:
    """What the treatment of an experiment does, for everybody who can get it.

    Args:
        name: the experiment.
        counts: its user-days.
        bootstrap: weights of buckets, shape (replicates, BUCKETS), the first all ones.

    Returns:
        None where an arm has too few users.
    """
    if min(counts.users) < MINIMUM_USERS:
        return None
    shift, common = _shifts(counts, bootstrap)
    low, high = np.exp(np.quantile(common[1:], (0.025, 0.975)))
    unit = "classrooms" if counts.is_by_class else "users"
    source = (
        f"{name}: odds of coming × {np.exp(common[0]):.3f} (95 % {low:.3f} to {high:.3f}) between randomised "
        f"{unit}, {sum(counts.users):,} users"
    )
    return Effect(shift, counts.is_by_class, source, is_randomised=True)


def of_the_rest(effect: Effect, treated: Floats, reached: Floats) -> Effect:
    """What launching an experiment that still runs adds to rates that hold its effect on the treated already.

    Args:
        effect: between its arms.
        treated: user-days of the treated by state, shape (STATES,).
        reached: those of everybody whom it can reach, likewise.
    """
    if not treated.any():
        return effect
    member = np.eye(len(RATES))[flows().reported[:STATES]]
    share = np.minimum((treated @ member) / np.maximum(reached @ member, _TINY), 1.0)
    overall = float(treated.sum() / max(reached.sum(), _TINY))
    source = f"{effect.source}; it still runs, and {overall:.0%} of the user-days are treated already"
    return replace(effect, shift=effect.shift * (1.0 - share), source=source)


def quality_effect(name: str, counts: ArmCounts, bootstrap: Floats) -> Effect | None:
    """What one star more in the mean rating does to every rate, from an experiment that moved ratings.

    The ratio of two effects, of treatment on the odds of coming and on the mean rating; its replicates are
    the ratios of theirs.

    Returns:
        None where an arm has too few users or ratings, or the ratings did not surely move.
    """
    if min(counts.users) < MINIMUM_USERS or counts.ratings.sum(1).min() < MINIMUM_USERS:
        return None
    means = (counts.stars @ bootstrap.T) / np.maximum(counts.ratings @ bootstrap.T, _TINY)
    moved = means[1] - means[0]
    low, high = np.quantile(moved[1:], (0.025, 0.975))
    if low * high <= 0:
        return None
    shift, common = _shifts(counts, bootstrap)
    moved = np.where(np.sign(moved) == np.sign(moved[0]), moved, moved[0])
    per_star = common / moved
    ends = np.quantile(per_star[1:], (0.025, 0.975))
    source = (
        f"{name}: ratings {moved[0]:+.3f} stars ({low:+.3f} to {high:+.3f}) moved the log odds of coming by "
        f"{common[0]:+.4f}, so {per_star[0]:+.2f} a star (95 % {ends[0]:+.2f} to {ends[1]:+.2f})"
    )
    return Effect(shift / moved[:, None], is_by_class=False, source=source, is_randomised=True)


def _shifts(counts: ArmCounts, bootstrap: Floats) -> tuple[Floats, Floats]:
    """Log odds ratio of each rate pulled towards the common one, (replicates, 7), and that, (replicates,)."""
    ratios = log_odds_ratios(counts, bootstrap)
    common = _common(counts, bootstrap)
    spread = ratios[1:].std(0)
    usable = np.isfinite(ratios).all(0) & (spread > _TINY)
    keep = np.zeros(len(RATES))
    if usable.any():
        error = np.where(usable, spread, np.nan)
        keep = np.nan_to_num(shrink(np.where(usable, ratios[0], np.nan), error).weight)
    shift = np.where(keep > 0, keep * np.nan_to_num(ratios) + (1 - keep) * common[:, None], common[:, None])
    return shift, common


def log_odds_ratios(counts: ArmCounts, bootstrap: Floats) -> Floats:
    """Log odds ratio of coming, treatment to control, by replicate and rate; NaN where there are no data.

    Args:
        counts: user-days by arm, bucket and state.
        bootstrap: shape (replicates, BUCKETS).
    """
    above, below = _terms(counts, bootstrap)
    member = np.eye(len(RATES))[flows().reported[:STATES]]
    return _log_ratio(above @ member, below @ member)


def _common(counts: ArmCounts, bootstrap: Floats) -> Floats:
    above, below = _terms(counts, bootstrap)
    return _log_ratio(above.sum(-1), below.sum(-1))


def _terms(counts: ArmCounts, bootstrap: Floats) -> tuple[Floats, Floats]:
    """Numerator and denominator of the Mantel–Haenszel ratio by state, shape (replicates, STATES)."""
    n0, n1 = (bootstrap @ arm for arm in counts.at_risk)
    x0, x1 = (bootstrap @ arm for arm in counts.came)
    total = np.maximum(n0 + n1, _TINY)
    return x1 * (n0 - x0) / total, x0 * (n1 - x1) / total


def _log_ratio(above: Floats, below: Floats) -> Floats:
    is_known = (above > 0) & (below > 0)
    return np.where(is_known, np.log(np.where(is_known, above, 1.0) / np.where(is_known, below, 1.0)), np.nan)

"""The growth model: at which rates users come, and what follows for the days to come.

Rates are learned for each fine state and weekday, and users flow between the states of `growth_states`.

Sources: as there; Schmittlein, Morrison & Colombo (1987), Management Science 33 (who is absent may have left
for good).
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

from analytics_platform.forecasts.growth_states import (
    DORMANT,
    FIRST_DAY,
    MONTH,
    REPORTED,
    SETTLED_ABSENT,
    STATES,
    WEEK,
    YOUNG_ABSENT,
    Ints,
    flows,
)

Floats = NDArray[np.float64]

PRIOR_DAYS = 40.0
"""User-days that the mean of similar states counts for in a state's own rate."""
MOST_RATE = 0.99
"""Where a raised rate stops."""
_STEPS = 6


class Rates(NamedTuple):
    """How those come who have not left, and how many have not.

    Attributes:
        logit: of coming, by replicate, state and weekday, shape (replicates, STATES, 7).
        left: share of a state's users who have left, shape (replicates, STATES).
        leaving: of those who had not left and stay away, the share who leave, likewise.
        returning: of those who had left, the share who consider coming again, likewise.
    """

    logit: Floats
    left: Floats
    leaving: Floats
    returning: Floats


def rates(at_risk: Floats, came: Floats) -> Rates:
    """Rates by state and weekday: each state's own, pulled towards that of its like.

    A state's rate is pulled towards its kin's, kin towards the reported state's; the weekday shifts the logit
    of all states that are reported as one, pulled towards the shift of everybody. Who stays away for longer
    comes more rarely; beyond the first day of absence that is taken to be because more and more have left,
    not because absence makes each of them come less (as in buy-till-you-die models). An induced visit thus
    does not make a user of somebody who had left.

    Args:
        at_risk: user-days in a state on the day before, shape (replicates, STATES, 7): weekday of the day.
        came: those on which the user came.
    """
    moves = flows()
    n, x = at_risk.sum(-1), came.sum(-1)
    reported, kin = moves.reported[:STATES], moves.kin[:STATES]
    everybody = (x.sum(-1, keepdims=True) + 1.0) / (n.sum(-1, keepdims=True) + 10.0)
    similar = _pulled(n, x, reported, everybody)
    own = _pulled(n, x, np.arange(STATES), _pulled(n, x, kin, similar))
    own = np.where(reported == DORMANT, similar, own)  # one rate: so few come that a day's own is noise
    logit = np.log(own) - np.log1p(-own)
    common = _weekday_shift(logit, at_risk, came, np.zeros(STATES, np.int64), np.zeros(7))
    shift = _weekday_shift(logit, at_risk, came, reported, common)
    here = np.minimum(own / own[:, moves.fresh[:STATES]], 1.0)
    for first in (YOUNG_ABSENT, SETTLED_ABSENT):
        fading = slice(first, first + MONTH - WEEK)
        here[:, fading] = np.minimum.accumulate(here[:, fading], axis=1)  # with time more leave, not fewer
    coming = np.minimum(expit(logit[..., None] + shift) / here[..., None], MOST_RATE)
    stay, stay_here = 1.0 - own, here - own
    wanted = here[:, moves.staying[:STATES]] * stay
    return Rates(
        logit=np.log(coming) - np.log1p(-coming),
        left=1.0 - here,
        leaving=np.clip(1.0 - wanted / np.maximum(stay_here, 1e-12), 0.0, 1.0),
        returning=np.clip((wanted - stay_here) / np.maximum(1.0 - here, 1e-12), 0.0, 1.0),
    )


def _pulled(n: Floats, x: Floats, group: Ints, prior: Floats) -> Floats:
    """Rate of each state's group, its prior counting for PRIOR_DAYS; shape (replicates, STATES)."""
    member = np.eye(int(group.max()) + 1)[group]
    mean_prior = np.broadcast_to(prior, n.shape) @ (member / np.maximum(member.sum(0), 1.0))
    return ((x @ member + PRIOR_DAYS * mean_prior) / (n @ member + PRIOR_DAYS))[..., group]


def _weekday_shift(logit: Floats, n: Floats, x: Floats, group: Ints, prior: Floats) -> Floats:
    """Newton's steps to the shift at which visits come out as observed; shape (replicates, STATES, 7)."""
    member = np.eye(int(group.max()) + 1)[group].T
    start = member @ np.broadcast_to(prior, n.shape) / np.maximum(member.sum(1), 1.0)[:, None]
    shift, observed, weight = start, member @ x, PRIOR_DAYS / 4.0
    for _ in range(_STEPS):
        chance = expit(logit[..., None] + shift[:, group])
        expected, spread = member @ (n * chance), member @ (n * chance * (1.0 - chance))
        step = (observed - expected - weight * (shift - start)) / (spread + weight)
        shift = shift + np.clip(step, -1.0, 1.0)
    return shift[:, group]


def shift_for(logit: Floats, weight: Floats, rate: int, change: float) -> float:
    """The shift of a rate's logits at which its mean over user-days changes by a share.

    The mean over those who have not left never passes MOST_RATE: a greater change is cut there.

    Args:
        logit: shape (STATES, 7).
        weight: user-days of those who have not left, by state and weekday, shape (STATES, 7).
        rate: position among RATES.
        change: relative change, above -1.
    """
    own = flows().reported[:STATES] == rate
    values, shares = logit[own], weight[own] / max(weight[own].sum(), 1e-12)
    if not shares.any() or not change:
        return 0.0
    now = float((shares * expit(values)).sum())
    wanted = max(min(now * (1.0 + change), max(MOST_RATE, now)), now * 1e-6)
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        is_above = (shares * expit(values + middle)).sum() > wanted
        low, high = (low, middle) if is_above else (middle, high)
    return (low + high) / 2


class Forward(NamedTuple):
    """What a projection needs, states first; replicates last.

    Attributes:
        odds: of coming, of those who have not left, shape (7, STATES, replicates).
        leaving: as in Rates, shape (STATES, replicates).
        returning: likewise.
        here: users in each state on the eve who have not left, likewise.
        left: those who have, likewise.
    """

    odds: Floats
    leaving: Floats
    returning: Floats
    here: Floats
    left: Floats

    @classmethod
    def of(cls, found: Rates, start: Floats) -> "Forward":
        """Rates applied to users in each state on the eve, shape (STATES,)."""
        left = found.left.T
        odds = np.ascontiguousarray(np.exp(found.logit).transpose(2, 1, 0))
        return cls(
            odds,
            found.leaving.T.copy(),
            found.returning.T.copy(),
            start[:, None] * (1 - left),
            start[:, None] * left,
        )


def project(by: Forward, new: Floats, shift: Floats | None, weekday: int) -> Floats:
    """Everybody's days to come: users in each reported state.

    Args:
        by: rates, and users on the eve.
        new: new users, shape (days, replicates).
        shift: added to the logit of each of RATES, shape (days, 7, replicates); None: nothing.
        weekday: that of the first day.

    Returns:
        Shape (days, 7, replicates), in the order of REPORTED; each day they add up to everybody ever seen.
    """
    reported = flows().reported[:STATES]
    coming, staying, reporting = _moves()
    here, left = by.here, by.left
    told = np.empty((len(new), len(REPORTED), new.shape[1]))
    for day, newcomers in enumerate(new):
        chance = by.odds[(weekday + day) % 7]
        if shift is not None:
            chance = chance * np.exp(shift[day])[reported]
        came = here * (chance / (1.0 + chance))
        away = here - came
        leave, back = away * by.leaving, left * by.returning
        here = coming @ came + staying @ (away - leave + back)
        left = staying @ (left - back + leave)
        here[FIRST_DAY] += newcomers
        told[day] = reporting @ (here + left)
    return told


@cache
def _moves() -> tuple[csr_array, csr_array, csr_array]:
    """Where those who come and those who stay away go, and what each state is reported as, as matrices.

    A user of less than four weeks is settled on a day with the chance of one in the days there are.
    """
    moves, every = flows(), np.arange(STATES)
    ones = np.ones(STATES)

    def towards(target: Ints, rows: int) -> csr_array:
        return csr_array((ones, (target[:STATES], every)), shape=(rows, STATES))

    settles = np.where(moves.settling[:STATES] != every, 1.0 / (MONTH - WEEK), 0.0)
    ageing = csr_array((settles, (moves.settling[:STATES], every)), shape=(STATES, STATES))
    ageing = ageing + csr_array((1.0 - settles, (every, every)), shape=(STATES, STATES))
    coming, staying = towards(moves.coming, STATES), towards(moves.staying, STATES)
    return csr_array(ageing @ coming), csr_array(ageing @ staying), towards(moves.reported, len(REPORTED))

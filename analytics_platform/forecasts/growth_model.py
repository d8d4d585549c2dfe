"""The growth model: who comes back, day by day, as flows between seven exclusive states of users.

The reported states are Duolingo's. Beneath them lie finer ones, because who came on five of the last seven
days comes back more surely than who came once: which of the last seven days a user was there (whether or
not these are the first seven), and beyond them the days of absence. Each moves by one event a day, coming
or staying away, and where it moves is certain; only the rate of coming is estimated.

Sources: Gustafson, "Meaningful metrics: how data sharpened the focus of product teams" (Duolingo, 2023:
https://blog.duolingo.com/growth-model-duolingo); Agresti (2013), Categorical data analysis, 9.5 (logit shifts).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REPORTED = ("new", "current", "reactivated", "resurrected", "at_risk_wau", "at_risk_mau", "dormant")
"""In the order of `activity.users`: the first four are DAU, with the fifth WAU, with the sixth MAU."""
NEW, CURRENT, REACTIVATED, RESURRECTED, AT_RISK_WAU, AT_RISK_MAU, DORMANT = range(7)
RATES = ("nurr", "curr", "rurr", "surr", "iwaurr", "reactivation", "resurrection")
"""The rate of coming on the next day out of each reported state, in their order."""
DAU, WAU, MAU = 4, 5, 6
"""How many of the reported states make each."""

WEEK, MONTH, OLDEST = 7, 28, 60
PATTERNS = 1 << WEEK
YOUNG_ABSENT = 2 * PATTERNS
SETTLED = YOUNG_ABSENT + MONTH - WEEK
SETTLED_ABSENT = SETTLED + PATTERNS
STATES = SETTLED_ABSENT + OLDEST - WEEK + 1
UNSEEN = STATES
"""Stands for somebody who was never there."""
FIRST_DAY = 1
JUST_RESURRECTED = SETTLED

PRIOR_DAYS = 40.0
"""User-days that the mean of similar states counts for in a state's own rate."""
MOST_RATE = 0.99
"""Where a raised rate stops."""
_STEPS = 6


@dataclass(frozen=True)
class Flows:
    """Where each fine state leads, shape (STATES + 1,), the last standing for the unseen.

    Attributes:
        coming: the state after a day with a visit.
        staying: the state after a day without.
        settling: the state of the same user once four weeks old; itself where there is no other.
        reported: position among REPORTED; the unseen have 7.
        kin: number of the group of states that are much alike: the same absence, as many visits.
        fresh: the same days of visits as seen after one day of absence; itself where absence is shorter.
    """

    coming: Ints
    staying: Ints
    settling: Ints
    reported: Ints
    kin: Ints
    fresh: Ints


@cache
def flows() -> Flows:
    """The states and their moves.

    A number below 128 tells the days of a user's first week, one from 128 on those of a week in the rest of
    the first four, and one from SETTLED on those of a later week: bit k stands for a visit k days ago. Those
    in between tell the days of absence. JUST_RESURRECTED came today for the first time in four weeks.
    """
    coming, staying = np.zeros(STATES + 1, np.int64), np.zeros(STATES + 1, np.int64)
    settling, fresh = np.arange(STATES + 1), np.arange(STATES + 1)
    reported, kin = np.full(STATES + 1, DORMANT), np.zeros(STATES + 1, np.int64)
    for block in (0, PATTERNS, SETTLED):
        for pattern in range(PATTERNS):
            state, days = block + pattern, pattern or FIRST_DAY
            later = PATTERNS if block == 0 and days >= PATTERNS // 2 else block
            coming[state] = later + ((days << 1 | 1) & (PATTERNS - 1))
            left = (days << 1) & (PATTERNS - 1)
            staying[state] = later + left if left else (SETTLED_ABSENT if block == SETTLED else YOUNG_ABSENT)
            reported[state] = _reported(state, days)
            age = days.bit_length() if block == 0 else 8 + (block == SETTLED)
            kin[state] = (age * 8 + (days & -days).bit_length()) * 8 + days.bit_count()
            fresh[state] = block + (days >> max((days & -days).bit_length() - 2, 0))
            if block == PATTERNS:
                settling[state] = SETTLED + days
    for block, absent, oldest in ((PATTERNS, YOUNG_ABSENT, MONTH - 1), (SETTLED, SETTLED_ABSENT, OLDEST)):
        for days in range(WEEK, oldest + 1):
            state = absent + days - WEEK
            coming[state] = block + FIRST_DAY if days + 1 < MONTH else JUST_RESURRECTED
            staying[state] = absent + min(days + 1, oldest) - WEEK
            reported[state] = AT_RISK_MAU if days < MONTH else DORMANT
            kin[state] = 1000 + absent + days // WEEK
            settling[state] = SETTLED_ABSENT + days - WEEK
            fresh[state] = block + (FIRST_DAY << 1)
    coming[UNSEEN], staying[UNSEEN], reported[UNSEEN] = FIRST_DAY, UNSEEN, len(REPORTED)
    return Flows(coming, staying, settling, reported, np.unique(kin, return_inverse=True)[1], fresh)


def _reported(state: int, days: int) -> int:
    if state == JUST_RESURRECTED:
        return RESURRECTED
    if not days & 1:
        return AT_RISK_WAU
    if days > 1:
        return CURRENT
    return NEW if state == FIRST_DAY else REACTIVATED


def walk(users: Ints, days: Ints, known: NDArray[np.bool_], span: range) -> Iterator[tuple[int, Ints, Ints]]:
    """Walk everybody through the days.

    Args:
        users: number of the user of each active day, shape (active days,); no day twice.
        days: day of each, any whole numbers, sorted.
        known: users seen before the first day; taken to be long gone, shape (users,).
        span: the days.

    Yields:
        Each day, everybody's state before it (shape (users,); not to be kept), and who comes.
    """
    moves = flows()
    coming, staying = moves.coming.astype(np.int16), moves.staying.astype(np.int16)
    settling, young = moves.settling.astype(np.int16), deque[Ints]()
    state = np.where(known, STATES - 1, UNSEEN).astype(np.int16)
    edges = np.searchsorted(days, np.arange(span.start, span.stop + 1))
    for day, first, last in zip(span, edges[:-1], edges[1:], strict=True):
        there = users[first:last]
        yield day, state, there
        before = state[there]
        state = staying[state]
        state[there] = coming[before]
        young.append(there[before == UNSEEN])
        if len(young) > MONTH:
            grown = young.popleft()
            state[grown] = settling[state[grown]]


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
    comes more rarely; beyond the first day of absence that is taken to be because more and more have left, not
    because absence makes each of them come less (as in buy-till-you-die models). An induced visit thus does
    not make a user of somebody who had left.

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

    The mean over those who have not left can approach MOST_RATE, never pass it: a greater change is cut there.

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
    return (ageing @ coming).tocsr(), (ageing @ staying).tocsr(), towards(moves.reported, len(REPORTED))

"""The states of the growth model: which there are, where each leads, and a walk through the days.

The reported states are Duolingo's. Beneath them lie finer ones, because who came on five of the last seven
days comes back more surely than who came once: which of the last seven days a user was there (in the first
week, in the rest of the first four, or later), and beyond them the days of absence. Each moves by one event a
day, coming or staying away, and where it moves is certain.

Source: Gustafson, "Meaningful metrics: how data sharpened the focus of product teams" (Duolingo, 2023:
https://blog.duolingo.com/growth-model-duolingo).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

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
            later = absent if days + 1 < MONTH else SETTLED_ABSENT
            staying[state] = later + min(days + 1, OLDEST) - WEEK
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


def walk(
    users: Ints, days: Ints, known: NDArray[np.bool_], span: range
) -> Iterator[tuple[int, NDArray[np.int16], Ints]]:
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

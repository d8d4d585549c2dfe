"""When a Brownian path first leaves a corridor: the integral behind every group-sequential boundary.

At information t the score S = Z√t has independent normal increments. The density of S over the paths that
have not left |Z| ≤ bound is carried from look to look by Gauss–Legendre quadrature.

Source: Armitage, McPherson and Rowe (1969), Repeated significance tests on accumulating data; Jennison and
Turnbull (2000), Group sequential methods, chapter 19.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from math import ceil, inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import root_scalar
from scipy.special import ndtr, roots_legendre

Floats = NDArray[np.float64]

SAME_LOOK = 1e-4
"""Looks closer than this share of the information are one look."""

BEYOND_REACH = 8.0
"""A |Z| that chance does not reach (p < 1e-14): integration ends there, and boundaries past it are
infinite."""


def boundaries(information: Sequence[float], planned: ArrayLike) -> Floats:
    """Bounds of |Z| for which the chance to have crossed by each look is what was planned, shape (looks,).

    Args:
        information: at each look, not falling, shape (looks,).
        planned: two-sided chance to have crossed by each look, not falling, shape (looks,).
    """
    past: tuple[tuple[float, float], ...] = ()
    here = (0.0, 0.0)
    found: list[float] = []
    for now, chance in zip(information, np.asarray(planned, float), strict=True):
        is_new = not here[0] or now - here[0] >= SAME_LOOK
        past = (*past, here) if is_new and here[0] else past
        here = (float(now) if is_new else here[0], float(chance))
        found.append(_bound(past, *here))
    return np.array(found)


def probabilities(information: Sequence[float], bounds: ArrayLike, drift: float = 0.0) -> Floats:
    """Chance that |Z| first crosses its bound at each look, shape (looks,).

    Args:
        information: at each look, not falling, shape (looks,).
        bounds: of |Z| at each look, shape (looks,).
        drift: expected Z at information 1.
    """
    paths, chances = _START, []
    for look, bound in enumerate(np.asarray(bounds, float)):
        gained = information[look] - paths.information
        if paths.information and gained < SAME_LOOK:
            chances.append(0.0)
            continue
        # A drift makes a path to s exp(drift·s − drift²t/2) times as likely (Girsanov): one density does.
        tilted = paths.mass * np.exp(drift * paths.score - drift**2 * paths.information / 2)
        edge, spread = bound * sqrt(information[look]), sqrt(gained)
        above = ndtr((paths.score + drift * gained - edge) / spread)
        below = ndtr((-paths.score - drift * gained - edge) / spread)
        chances.append(float(tilted @ (above + below)))
        coming = (later for later in information[look + 1 :] if later - information[look] >= SAME_LOOK)
        paths = _advanced(paths, information[look], bound, next(coming, inf))
    return np.array(chances)


class _Paths(NamedTuple):
    """Probability mass of the score on quadrature nodes, over the paths still inside."""

    information: float
    score: Floats
    mass: Floats


_START = _Paths(0.0, np.zeros(1), np.ones(1))


@lru_cache(maxsize=1 << 14)
def _bound(past: tuple[tuple[float, float], ...], now: float, planned: float) -> float:
    """The bound at one look, after earlier ones of (information, planned chance)."""
    paths, used = (_after(past, now), past[-1][1]) if past else (_START, 0.0)
    scale, spread = sqrt(now), sqrt(now - paths.information)

    def excess(bound: float) -> float:
        return float(paths.mass @ ndtr((paths.score - bound * scale) / spread)) - (planned - used) / 2

    if excess(BEYOND_REACH) >= 0:
        return inf
    return root_scalar(excess, bracket=(0, BEYOND_REACH), xtol=1e-10).root if excess(0) > 0 else 0.0


@lru_cache(maxsize=1 << 14)
def _after(past: tuple[tuple[float, float], ...], coming: float) -> _Paths:
    """Paths still inside after the looks of the past; cached, since tomorrow's looks begin with today's."""
    *earlier, (now, planned) = past
    before = _after(tuple(earlier), now) if earlier else _START
    return _advanced(before, now, _bound(tuple(earlier), now, planned), coming)


def _advanced(paths: _Paths, now: float, bound: float, coming: float) -> _Paths:
    """Carry the density to a look, on nodes that are fine enough for the step after it."""
    gained = now - paths.information
    edge = min(bound, BEYOND_REACH) * sqrt(now)
    nodes, weights = _quadrature(edge / sqrt(min(gained, coming - now)))
    score = edge * nodes
    kernel = np.exp(-((score[:, None] - paths.score) ** 2) / (2 * gained)) / sqrt(2 * np.pi * gained)
    return _Paths(now, score, edge * weights * (kernel @ paths.mass))


def _quadrature(half_widths: float) -> tuple[Floats, Floats]:
    """Nodes on (−1, 1) for a corridor that is so many standard deviations of its narrowest step wide."""
    return _gauss_legendre(16 * min(128, 2 + ceil(half_widths / 4)))


@cache
def _gauss_legendre(count: int) -> tuple[Floats, Floats]:
    return roots_legendre(count)

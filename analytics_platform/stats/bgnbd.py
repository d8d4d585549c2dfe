"""BG/NBD: visits of people who may leave unseen, from how often and how lately each one came.

While with the product a person visits by a Poisson process; after each visit it leaves with a chance of its
own. Rates are gamma over people, chances beta. It answers what a last visit alone cannot: whether someone who
has not come for a while has left, and how many visits are still to come. No table rests on it yet.

Source: Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analytics_platform.errors import AnalyticsError

Floats = NDArray[np.float64]


class BgNbd(NamedTuple):
    """A fitted model.

    Attributes:
        r: shape of the gamma law of rates.
        alpha: rate of it, in units of time.
        a: first shape of the beta law of chances to leave.
        b: second shape of it.
        log_likelihood: of the people fitted.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, visits: ArrayLike, last_visit: ArrayLike, watched: ArrayLike) -> Floats:
        """Chance that people are still with the product, shape (people,); see `fit` for the arguments."""
        x, t, end = (np.asarray(values, np.float64) for values in (visits, last_visit, watched))
        gone = (self.r + x) * np.log((self.alpha + end) / (self.alpha + t))
        odds = self.a / (self.b + np.maximum(x, 1.0) - 1.0) * np.exp(gone)
        return np.where(x > 0, 1.0 / (1.0 + odds), 1.0)


def log_likelihood(logs: Floats, visits: Floats, last_visit: Floats, watched: Floats) -> Floats:
    """Of each person, shape (people,), at the logs of r, alpha, a and b (equation 6 of the source)."""
    r, alpha, a, b = np.exp(logs)
    rate = special.gammaln(r + visits) - special.gammaln(r) + r * np.log(alpha)
    stays = special.betaln(a, b + visits) - special.betaln(a, b) - (r + visits) * np.log(alpha + watched)
    repeats = np.maximum(visits, 1.0)
    leaves = (
        special.betaln(a + 1.0, b + repeats - 1.0)
        - special.betaln(a, b)
        - (r + visits) * np.log(alpha + last_visit)
    )
    return rate + np.logaddexp(stays, np.where(visits > 0, leaves, -np.inf))


def fit(visits: ArrayLike, last_visit: ArrayLike, watched: ArrayLike) -> BgNbd:
    """The most likely parameters.

    Args:
        visits: of each person after the first, shape (people,).
        last_visit: time from the first visit to the last, 0 where there was one alone.
        watched: time from the first visit to the end of the data, in the same unit.

    Raises:
        AnalyticsError: nobody came twice, so that rates cannot be told.
    """
    x, t, end = (np.asarray(values, np.float64) for values in (visits, last_visit, watched))
    if not x.any():
        raise AnalyticsError("BG/NBD needs people who came more than once.")

    def loss(logs: Floats) -> float:
        return -float(log_likelihood(logs, x, t, end).mean())

    found = optimize.minimize(
        loss, np.zeros(4), method="L-BFGS-B", bounds=[(-9.0, 9.0)] * 4, options={"ftol": 1e-13}
    )
    return BgNbd(*np.exp(found.x).tolist(), log_likelihood=-float(found.fun) * len(x))

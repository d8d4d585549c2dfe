"""What a ranking by predicted uplift is worth: the uplift curve, the area under it, and Qini's coefficient.

Target the share u of units with the highest predictions. The *gain* G(u) is what that adds to the mean
outcome of all units; targeting at random adds u times the mean effect. AUUC is the mean of G over u from
0 to 1; Qini's coefficient is the mean lead over random targeting, 0 for a useless ranking.

Every function returns contributions, one from each unit, whose mean is the estimate and whose standard
deviation gives its standard error, ranks and thresholds being estimated too.

Source: Radcliffe (2007), Using control groups to target on predicted lift; Yadlowsky et al. (2021),
Evaluating treatment prioritization rules via rank-weighted average treatment effects.
"""

import numpy as np
from scipy import stats

from analytics_platform.stats.uplift.trial import Floats

NEIGHBOURHOOD = 0.05


def qini(scores: Floats, predicted: Floats) -> Floats:
    """Contributions to Qini's coefficient, (..., n), in units of the outcome.

    The coefficient is a U-statistic in pairs of units; contributions are its Hájek projection, ties
    counting half.

    Args:
        scores: doubly robust scores, (..., n).
        predicted: predicted uplift, (..., n).
    """
    units = scores.shape[-1]
    below = stats.rankdata(predicted, "min", axis=-1).astype(np.int64) - 1
    not_above = stats.rankdata(predicted, "max", axis=-1).astype(np.int64)
    ascending = np.take_along_axis(scores, np.argsort(predicted, axis=-1, kind="stable"), axis=-1)
    sums = np.concatenate([np.zeros_like(scores[..., :1]), ascending.cumsum(axis=-1)], axis=-1)
    total = sums[..., -1:]
    outranked = (np.take_along_axis(sums, below, axis=-1) + np.take_along_axis(sums, not_above, axis=-1)) / 2
    lead = (below + not_above - units) / (2 * (units - 1))
    as_rival = (total / 2 - outranked) / (units - 1)
    own = scores * lead
    return own + as_rival - own.mean(axis=-1, keepdims=True)


def auuc(scores: Floats, predicted: Floats) -> Floats:
    """Contributions to the area under the uplift curve, (..., n); see `qini`."""
    return qini(scores, predicted) + scores / 2


def gains(scores: Floats, predicted: Floats, shares: Floats) -> Floats:
    """Contributions to the gain from targeting each share, (k, n), in units of the outcome.

    Args:
        scores: doubly robust scores, (n,).
        predicted: predicted uplift, (n,); units that tie are targeted with equal probability.
        shares: shares targeted, (k,).
    """
    chance = _targeted(predicted, shares)
    near = np.clip(shares[:, None] + [-NEIGHBOURHOOD, NEIGHBOURHOOD], 0, 1)
    ends = (scores * _targeted(predicted, near.ravel())).mean(axis=-1).reshape(near.shape)
    at_threshold = np.diff(ends) / np.diff(near)
    return scores * chance - at_threshold * (chance - chance.mean(axis=-1, keepdims=True))


def _targeted(predicted: Floats, shares: Floats) -> Floats:
    """Probability that each unit is among the highest share, (k, n)."""
    units = len(predicted)
    not_above = stats.rankdata(predicted, "max")
    tied = not_above - stats.rankdata(predicted, "min") + 1
    return np.clip((shares[:, None] * units - (units - not_above)) / tied, 0, 1)

"""What it is worth to treat only those who are predicted to benefit, against treating all or nobody.

Source: Athey & Wager (2021), Policy learning with observational data.
"""

from dataclasses import dataclass

import numpy as np

from analytics_platform.stats.uplift.estimates import Estimate, mean
from analytics_platform.stats.uplift.trial import Floats


@dataclass(frozen=True)
class PolicyValue:
    """Mean outcome gained over treating nobody, less the cost, in units of the outcome per unit.

    Attributes:
        share: share of units that the policy treats.
        policy: value of treating those predicted to gain more than the cost.
        treat_all: value of treating everybody.
        gain: the first less the second.
    """

    share: float
    policy: Estimate
    treat_all: Estimate
    gain: Estimate


def policy_value(scores: Floats, predicted: Floats, cost: float = 0.0, alpha: float = 0.05) -> PolicyValue:
    """The value of treating where the predicted uplift exceeds the cost.

    Args:
        scores: doubly robust scores, (n,).
        predicted: predicted uplift, made without the unit's own outcome, (n,).
        cost: of treating one unit, in units of the outcome.
        alpha: 1 − level of the intervals.
    """
    treats = predicted > cost
    net = scores - cost
    return PolicyValue(
        share=float(treats.mean()),
        policy=mean(np.where(treats, net, 0.0), alpha),
        treat_all=mean(net, alpha),
        gain=mean(np.where(treats, 0.0, -net), alpha),
    )

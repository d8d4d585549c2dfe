"""Shares of units that did something: whether there are enough of them for an interval.

A share is a mean of zeros and ones, and its effect is estimated like any other mean. With few events that
fails: the mean is not normal yet. How far off the test is depends on the skewness of the difference, which
cancels where arms are of equal size and does not where they are not.
"""

import numpy as np

from analytics_platform.stats.moments import Moments

FEWEST_EVENTS = 10
"""Units of each arm that did it, and that did not: below, intervals of a lift often have no bounds."""

MOST_SKEWNESS = 0.15
"""Of the difference, in standard errors: above, more than 5.6 % of tests find what is not there."""


def why_not(control: Moments, treatment: Moments) -> str | None:
    """Why an interval would not hold what it promises, in words that follow "because"; None where it does.

    Args:
        control: of one experiment, variable 0 is 0 or 1 for each unit.
        treatment: the same in the treatment arm.

    Source: Hall (1992), The bootstrap and Edgeworth expansion, section 2.2, for what skewness does to a test;
    the two limits are measured (certificates, `binary`).
    """
    for name, arm in (("control", control), ("treatment", treatment)):
        events = float(arm.n * arm.mean[..., 0])
        fewest = min(events, float(arm.n) - events)
        if float(arm.n) and fewest < FEWEST_EVENTS - 0.5:
            did = "did it" if fewest == events else "did not"
            return (
                f"{fewest:.0f} of {float(arm.n):,.0f} units in the {name} arm {did}, and an interval needs "
                f"{FEWEST_EVENTS} that did and {FEWEST_EVENTS} that did not"
            )
    skewness = _skewness(control, treatment)
    if abs(skewness) > MOST_SKEWNESS:
        times = (skewness / MOST_SKEWNESS) ** 2
        return (
            "an event is so rare in arms of so unequal size that a test would err too often; "
            f"it takes about {times:.1f} times as many units"
        )
    return None


def _skewness(control: Moments, treatment: Moments) -> float:
    """Of the difference of two shares, in standard errors."""
    third = variance = 0.0
    for sign, arm in ((-1.0, control), (1.0, treatment)):
        share, units = float(arm.mean[..., 0]), max(float(arm.n), 1.0)
        spread = share * (1.0 - share)
        third += sign * spread * (1.0 - 2.0 * share) / units**2
        variance += spread / units
    return third / variance**1.5 if variance > 0.0 else float(np.nan)

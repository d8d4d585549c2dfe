"""Covariates: what is known of a unit before its exposure, and where it stands among the moments."""

from analytics_platform.experiments.catalogue import MOST_COVARIATES, Experiment
from analytics_platform.metrics.outcomes import Outcome


def covariates_of(experiment: Experiment, outcome: Outcome) -> tuple[str, ...]:
    """Counts of `activity.user_days` whose totals before exposure are x1, x2, … of an outcome.

    The outcome's own counts come first, because nothing predicts a number like its own past; then the
    experiment's covariates. At most four.
    """
    names = dict.fromkeys((*outcome.counts, *experiment.covariates))
    return tuple(names)[:MOST_COVARIATES]

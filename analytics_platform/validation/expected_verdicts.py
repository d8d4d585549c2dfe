"""What an experiment's rule would decide if the planted effects were known exactly."""

from typing import Literal

from analytics_platform.experiments.catalogue import Experiment, Guardrail
from analytics_platform.metrics.outcomes import OUTCOMES
from analytics_platform.validation.planted_answers import Answers

Fit = Literal["right", "undecided", "wrong"]


def fit_of(verdict: str, expected: str) -> Fit:
    """Whether a verdict is one of those expected, leaves open what more data would tell, or is an error."""
    if verdict in expected.split(" or "):
        return "right"
    return "undecided" if verdict in {"Hold", "Inconclusive"} else "wrong"


def expected_verdict(experiment: Experiment, answers: Answers) -> str | None:
    """Verdicts that are right, joined by ` or `; None where the primary metric has no planted answer.

    A broken sample is never believed, and planted harm beyond a guardrail's margin forbids a Ship.
    Where users interfere, an effect may be believed or held. A small effect, or none, is told from an
    effect worth having only as far as the sample allows, so that several verdicts are right.
    """
    if experiment.id in answers.broken:
        return "Hold"
    if any(_is_broken(guardrail, experiment, answers) for guardrail in experiment.guardrails):
        return "Hold or Stop"
    good = _good(experiment.id, experiment.primary, answers)
    if good is not None and experiment.id in answers.interfering:
        return "Ship or Hold"
    return None if good is None else _by_effect(experiment, good)


def _by_effect(experiment: Experiment, good: float) -> str:
    if good < 0:
        return "Stop"
    if experiment.rule.ship_when == "not_worse":
        return "Ship or Inconclusive"
    if good == 0:
        return "Inconclusive or Stop"
    return "Ship" if good >= (experiment.minimum_effect or 0.0) else "Ship or Inconclusive or Stop"


def _good(experiment_id: str, metric: str, answers: Answers) -> float | None:
    """The planted relative effect on a metric, positive where it is for the better."""
    effect = answers.effect(experiment_id, metric)
    return None if effect is None else effect * (-1 if OUTCOMES[metric].direction == "down" else 1)


def _is_broken(guardrail: Guardrail, experiment: Experiment, answers: Answers) -> bool:
    """Whether planted harm exceeds a relative margin; absolute ones are not compared."""
    good = _good(experiment.id, guardrail.metric, answers)
    return guardrail.kind == "relative" and good is not None and good < -guardrail.margin

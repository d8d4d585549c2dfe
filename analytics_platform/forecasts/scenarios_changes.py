"""From what a scenario says to what it does: each change gets an effect, and the effect a source."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from analytics_platform.forecasts.growth_states import RATES
from analytics_platform.forecasts.scenarios_definitions import Assumptions, Range, Scenario, Written
from analytics_platform.forecasts.scenarios_effects import (
    SEED,
    Change,
    Effect,
    launch_effect,
    of_the_rest,
    quality_effect,
    weights,
)
from analytics_platform.forecasts.scenarios_growth import Growth
from analytics_platform.forecasts.scenarios_record import EPOCH

Floats = NDArray[np.float64]

TWO_SIDED_95 = 2 * 1.959964


@dataclass(frozen=True)
class Plan:
    """A scenario ready to be played.

    Attributes:
        changes: its changes; empty where one cannot be told.
        sources: where each number comes from, a sentence each.
        reason: why it cannot be told; None where it can.
    """

    changes: tuple[Change, ...]
    sources: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True)
class Planner:
    """What turns words into effects.

    Attributes:
        growth: the fitted model.
        assumptions: what is taken as given.
        days: days to come.
    """

    growth: Growth
    assumptions: Assumptions
    days: int

    def plan(self, scenario: Scenario) -> Plan:
        """All changes of a scenario, or why one of them cannot be told."""
        found = [self._planned(written) for written in scenario.changes]
        reason = next((each for each in found if isinstance(each, str)), None)
        if reason is not None:
            return Plan((), (), reason)
        told = [each for each in found if not isinstance(each, str)]
        return Plan(tuple(change for change, _ in told), tuple(dict.fromkeys(source for _, source in told)))

    def quality(self) -> Effect:
        """What one star does: measured where an experiment measured it, else assumed."""
        name = self.assumptions.quality_experiment
        if name is not None and name in self.growth.arms:
            found = quality_effect(name, self.growth.arms[name], weights(self.growth.replicates - 1))
            if found is not None:
                return found
        assumed = self.assumptions.log_odds_per_star
        shift = np.repeat(self._drawn(assumed, 3)[:, None], len(RATES), 1)
        source = (
            f"Assumed, not measured: one star moves the log odds of coming by {assumed.value:+.2f} "
            f"({assumed.low:+.2f} to {assumed.high:+.2f})"
        )
        return Effect(shift, is_by_class=False, source=source, is_randomised=False)

    def always(self, kind: str, amount: float, rate: str | None = None) -> tuple[Change, str]:
        """One change from the first day to come on, and where its effect comes from."""
        written = Written(kind=kind, change=amount, rate=rate)
        found = self._planned(written)
        assert not isinstance(found, str), "only launches and days that are named can fail"
        return found

    def _planned(self, written: Written) -> tuple[Change, str] | str:
        last_date = EPOCH + timedelta(days=self.growth.last_day)
        reason = written.outside(last_date, self.days)
        if reason is not None:
            return reason
        force, amount = written.force(last_date, self.days), written.change or 0.0
        match written.kind:
            case "acquisition":
                return Change(
                    force, new=amount
                ), f"Set by the scenario: new users {amount:+.0%}, like those before"
            case "transition":
                effect = self.growth.lift(written.rate or "", amount)
                return Change(force, effect=effect), effect.source
            case "quality":
                effect = self.quality()
                return Change(force, effect=effect, amount=amount), effect.source
            case "price":
                return self._priced(force, amount)
            case _:
                return self._launched(force, written.experiment or "")

    def _priced(self, force: Floats, amount: float) -> tuple[Change, str]:
        assumed = self.assumptions.price_elasticity
        conversion = self._drawn(assumed, 4) * np.log1p(amount)
        source = (
            f"Assumed, not measured: an elasticity of conversions to the price of {assumed.value:+.2f} "
            f"({assumed.low:+.2f} to {assumed.high:+.2f}); everybody pays the new price at once, "
            "nobody cancels for it"
        )
        return Change(force, conversion=conversion, price=amount), source

    def _launched(self, force: Floats, name: str) -> tuple[Change, str] | str:
        if name not in self.growth.arms:
            return f"Nobody was exposed to an experiment {name!r}, so that its effect is not known."
        counts = self.growth.arms[name]
        effect = launch_effect(name, counts, weights(self.growth.replicates - 1))
        if effect is None:
            return f"Too few users were exposed to {name} to know its effect."
        reached = [group for group in self.growth.groups if group.is_class or not counts.is_by_class]
        days = np.sum([group.seen for group in reached], axis=0)
        effect = of_the_rest(effect, counts.treated_now, days)
        return Change(force, effect=effect), effect.source

    def _drawn(self, assumed: Range, stream: int) -> Floats:
        """The assumption by replicate, the first being its value, shape (replicates,)."""
        lots = np.random.default_rng(SEED + stream).standard_normal(self.growth.replicates)
        side = np.where(lots > 0, assumed.high - assumed.value, assumed.value - assumed.low)
        drawn = assumed.value + lots * side * 2 / TWO_SIDED_95
        drawn[0] = assumed.value
        return drawn

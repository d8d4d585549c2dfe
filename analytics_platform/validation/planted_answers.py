"""The answers planted in a simulated world, as an estimate of it asks for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

Scan = Callable[[str], pl.LazyFrame]
Key = tuple[str, str, str]

LAUNCH = "flashcards_launch"
AFTER_SIGN_UP = "active_days_after_sign_up"
ANALYSES = {
    "quiz_encouragement_active_days": ("quiz_nudge", "active_days"),
    "quiz_encouragement_retained_7d": ("quiz_nudge", "retained_7d"),
}
DESIGNS = {
    "adoption": ("quiz_adoption", "retained_30d"),
    "staggered_launch": (LAUNCH, AFTER_SIGN_UP),
    "synthetic_control": (LAUNCH, AFTER_SIGN_UP),
    "encouragement": ("quiz_nudge", "active_days"),
}


@dataclass(frozen=True)
class Answers:
    """What was planted.

    Attributes:
        effects: relative effect, a share of the untreated mean, by effect, metric and population; None where
            that mean is zero.
        broken: experiments of which exposures are lost.
        interfering: experiments whose treated users lift classmates left out.
    """

    effects: Mapping[Key, float | None]
    broken: frozenset[str]
    interfering: frozenset[str]

    @classmethod
    def read(cls, scan: Scan) -> "Answers":
        """From `truth.effects`, `truth.parameters` and, for sign-ups after a launch, `raw.users`."""
        rows = scan("truth.effects").collect().to_dicts()
        parameters = dict(scan("truth.parameters").select("parameter", "value").collect().iter_rows())
        planted = {(row["effect_id"], row["metric"], row["population"]): row for row in rows}
        return cls(
            effects={
                **{key: row["relative_effect"] for key, row in planted.items()},
                **_after_sign_up(scan, planted.get((LAUNCH, "active_days", "all")), parameters),
            },
            broken=_switched_on(parameters, "lost_share"),
            interfering=_switched_on(parameters, "spillover"),
        )

    def effect(self, effect_id: str, metric: str, population: str = "all") -> float | None:
        """The relative effect, None where none is planted."""
        return self.effects.get((effect_id, metric, population))


def question_of(analysis_id: str, design: str) -> tuple[str, str]:
    """The planted effect and metric that an observational analysis asks for."""
    return ANALYSES.get(analysis_id) or DESIGNS[design]


def _after_sign_up(
    scan: Scan, row: Mapping[str, Any] | None, parameters: Mapping[str, str]
) -> dict[Key, float | None]:
    """The launch's effect on active days when the day of sign-up, active for all, is left out.

    What is planted counts that day for users who signed up after the launch in their country.
    """
    if row is None:
        return {}
    start = "launch.launch_day."
    days = {path.removeprefix(start): int(day) for path, day in parameters.items() if path.startswith(start)}
    first = min(days.values())
    dates = {country: row["first_date"] + timedelta(days=day - first) for country, day in days.items()}
    launched = pl.col("country").replace_strict(dates, default=None, return_dtype=pl.Date)
    later = scan("raw.users").filter(pl.col("event_date").is_between(launched, row["last_date"]))
    sign_ups = later.select(pl.len()).collect().item() / row["users"]
    return {(LAUNCH, AFTER_SIGN_UP, "all"): row["effect"] / (row["control_mean"] - sign_ups)}


def _switched_on(parameters: Mapping[str, str], name: str) -> frozenset[str]:
    """Experiments whose parameter of that name is not zero."""
    start, end = "experiments.", f".{name}"
    return frozenset(
        path.removeprefix(start).removesuffix(end)
        for path, value in parameters.items()
        if path.startswith(start) and path.endswith(end) and float(value) > 0
    )

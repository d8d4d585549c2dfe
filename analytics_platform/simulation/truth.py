"""The answers: what each planted effect does to each metric, from two worlds that differ in it alone.

The simulator adds up these totals itself; it shares no SQL and no statistics with the analyses that
are to recover them. Only `validation` may read the tables.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.lakehouse import Lake
from analytics_platform.simulation.dynamics import Day, Dynamics
from analytics_platform.simulation.planted import Counterfactual
from analytics_platform.simulation.population import STUDENT, TEACHER
from analytics_platform.simulation.simulate import checkpoints_of, state_before
from analytics_platform.simulation.state import NEVER, State
from analytics_platform.simulation.tables import QUIZ, TICKS
from analytics_platform.simulation.world import World, flatten

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOVES = {
    "paywall_viewed": "paywall_views",
    "trial_started": "trial_starts",
    "subscribed": "conversions",
    "cancelled": "cancellations",
}
TOTALS = (
    "active_days",
    "sessions",
    "events",
    "engagement_seconds",
    "quiz_uses",
    "ratings",
    "rating_sum",
    "ratings_4_plus",
    *MOVES.values(),
)
RATIOS = {
    "events_per_session": ("events", "sessions"),
    "engagement_seconds_per_session": ("engagement_seconds", "sessions"),
    "rating_mean": ("rating_sum", "ratings"),
    "satisfied_share": ("ratings_4_plus", "ratings"),
}
EFFECTS_SCHEMA = pa.schema(
    [
        ("effect_id", pa.string()),
        ("metric", pa.string()),
        ("kind", pa.string()),
        ("population", pa.string()),
        ("first_date", pa.date32()),
        ("last_date", pa.date32()),
        ("users", pa.int64()),
        ("control_mean", pa.float64()),
        ("treatment_mean", pa.float64()),
        ("effect", pa.float64()),
        ("relative_effect", pa.float64()),
        ("individual_effect_sd", pa.float64()),
        ("individual_effect_p10", pa.float64()),
        ("individual_effect_p90", pa.float64()),
        ("variance_explained", pa.float64()),
    ]
)
PARAMETERS_SCHEMA = pa.schema([(name, pa.string()) for name in ("parameter", "value", "unit", "meaning")])


@dataclass(frozen=True)
class Contrast:
    """Two counterfactual worlds to compare, and over which days of each user.

    Attributes:
        effect_id: the experiment, or a name for what was not randomised.
        first_day: day on which the worlds part.
        last_day: last day counted.
        treated: the world with the effect for everybody.
        control: the world without.
        entered: first day counted of each user, or -1, given a state at the end.
        retained_days: days after entry on which return is asked.
    """

    effect_id: str
    first_day: int
    last_day: int
    treated: Counterfactual
    control: Counterfactual
    entered: Callable[[State], Ints]
    retained_days: tuple[int, ...] = (7,)


def write_truth(
    lake: Lake, world: World, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Write `truth.effects` and `truth.parameters`; returns rows by table.

    Args:
        lake: where the tables are.
        world: whose truth.
        progress: told after each contrast how many of how many are done.
    """
    dynamics = Dynamics(world)
    planned = list(contrasts(dynamics))
    rows: list[dict[str, object]] = []
    for done, contrast in enumerate(planned, start=1):
        rows += effects(lake, dynamics, contrast)
        if progress is not None:
            progress(done, len(planned))
    table = pa.Table.from_pylist(rows, schema=EFFECTS_SCHEMA)
    known = [
        {"parameter": path, "value": str(value), "unit": unit, "meaning": meaning}
        for path, value, unit, meaning in flatten(world.parameters)
    ]
    note = {"world": world.digest}
    return {
        "truth.effects": lake.replace("truth.effects", [table], EFFECTS_SCHEMA, note),
        "truth.parameters": lake.replace(
            "truth.parameters", [pa.Table.from_pylist(known, PARAMETERS_SCHEMA)], PARAMETERS_SCHEMA, note
        ),
    }


def contrasts(dynamics: Dynamics) -> Iterator[Contrast]:
    """Every planted effect that the world's days reach."""
    world, people = dynamics.world, dynamics.people
    for position, experiment in enumerate(world.parameters.experiments):
        if experiment.first_day < world.days:
            yield Contrast(
                effect_id=experiment.id,
                first_day=experiment.first_day,
                last_day=min(experiment.last_day, world.days - 1),
                treated=Counterfactual(arms={experiment.id: True}),
                control=Counterfactual(arms={experiment.id: False}),
                entered=lambda state, position=position: state.exposed_day[position].astype(np.int64),
            )
    launch = world.parameters.launch
    days = np.array([launch.launch_day.get(country, world.days) for country in world.parameters.countries])
    if days.min() < world.days:
        since = np.maximum(days[people.country], people.signup_day)
        entry = np.where((since < world.days) & ~people.is_bot, since, NEVER)
        yield Contrast(
            effect_id=f"{launch.feature}_launch",
            first_day=int(days.min()),
            last_day=world.days - 1,
            treated=Counterfactual(),
            control=Counterfactual(launched=False),
            entered=lambda _: entry,
        )
    adoption = world.parameters.quiz_adoption
    last = min(adoption.last_signup_day, world.days - 1 - adoption.retained_day)
    if last >= adoption.first_signup_day:
        asked = (people.signup_day >= adoption.first_signup_day) & (people.signup_day <= last)
        signed_up = np.where(asked & ~people.is_bot, people.signup_day, NEVER)
        yield Contrast(
            effect_id="quiz_adoption",
            first_day=adoption.first_signup_day,
            last_day=last + adoption.retained_day,
            treated=Counterfactual(quizzes=True),
            control=Counterfactual(quizzes=False),
            entered=lambda _: signed_up,
            retained_days=(7, adoption.retained_day),
        )


def effects(lake: Lake, dynamics: Dynamics, contrast: Contrast) -> list[dict[str, object]]:
    """Rows of `truth.effects` for one contrast: every metric, for all users and by role."""
    treated, entry = _outcomes(lake, dynamics, contrast, contrast.treated)
    control, other_entry = _outcomes(lake, dynamics, contrast, contrast.control)
    entered = (entry >= 0) & (other_entry >= 0)
    role = dynamics.people.role
    populations = {
        "all": entered,
        "student": entered & (role == STUDENT),
        "teacher": entered & (role == TEACHER),
    }
    span = {
        "effect_id": contrast.effect_id,
        "first_date": dynamics.world.date(contrast.first_day),
        "last_date": dynamics.world.date(contrast.last_day),
    }
    rows: list[dict[str, object]] = []
    for population, members in populations.items():
        for metric in treated:
            mature = members & ~np.isnan(treated[metric]) & ~np.isnan(control[metric])
            if mature.any():
                result = _mean_effect(treated[metric][mature], control[metric][mature])
                rows.append({**span, "metric": metric, "kind": "mean", "population": population, **result})
        for metric, (numerator, denominator) in RATIOS.items():
            pairs = [(arm[numerator][members], arm[denominator][members]) for arm in (treated, control)]
            if all(below.sum() > 0 for _, below in pairs):
                result = _ratio_effect(*pairs)
                rows.append({**span, "metric": metric, "kind": "ratio", "population": population, **result})
    return rows


def _outcomes(
    lake: Lake, dynamics: Dynamics, contrast: Contrast, changed: Counterfactual
) -> tuple[dict[str, Floats], Ints]:
    """Totals of every user from entry to the last day in one of the two worlds, and days of entry."""
    state = state_before(dynamics, checkpoints_of(lake, dynamics.world), contrast.first_day)
    twin = dynamics.twin(changed)
    totals = {metric: np.zeros(twin.people.size) for metric in TOTALS}
    last_seen = {day: np.full(twin.people.size, np.nan) for day in contrast.retained_days}
    while state.day <= contrast.last_day:
        today = state.day
        _count(totals, twin.live(state), contrast.entered(state), last_seen, today)
    entry = contrast.entered(state)
    retained = {
        f"retained_{day}d": np.where(
            (entry >= 0) & (entry + day <= contrast.last_day), np.nan_to_num(seen), np.nan
        )
        for day, seen in last_seen.items()
    }
    return {**totals, **retained}, entry


def _count(
    totals: dict[str, Floats], day: Day, entry: Ints, last_seen: dict[int, Floats], today: int
) -> None:
    uses, rating = day.uses, day.answers.rating
    counted = entry[uses.users] >= 0
    counted &= entry[uses.users] <= today
    users = uses.users[counted]

    def by_user(weights: NDArray | None = None) -> Floats:
        return np.bincount(uses.owner, weights=weights, minlength=len(uses.users))[counted].astype(float)

    totals["active_days"][users] += 1
    totals["sessions"][users] += uses.user_sessions[counted]
    totals["events"][users] += uses.user_uses[counted]
    totals["engagement_seconds"][users] += by_user(uses.engagement) / TICKS
    totals["quiz_uses"][users] += by_user(uses.feature == QUIZ)
    totals["ratings"][users] += by_user(rating > 0)
    totals["rating_sum"][users] += by_user(rating)
    totals["ratings_4_plus"][users] += by_user(rating >= 4)
    for move in day.moves:
        if move.event_name in MOVES:
            movers = move.users[(entry[move.users] >= 0) & (entry[move.users] <= today)]
            totals[MOVES[move.event_name]][movers] += 1
    for after, seen in last_seen.items():
        seen[users[entry[users] + after == today]] = 1.0


def _mean_effect(treated: Floats, control: Floats) -> dict[str, object]:
    individual = treated - control
    effect, base = float(individual.mean()), float(control.mean())
    variance = float(np.concatenate([treated, control]).var())
    return {
        "users": len(treated),
        "control_mean": base,
        "treatment_mean": float(treated.mean()),
        "effect": effect,
        "relative_effect": effect / base if base else None,
        "individual_effect_sd": float(individual.std()),
        "individual_effect_p10": float(np.quantile(individual, 0.1)),
        "individual_effect_p90": float(np.quantile(individual, 0.9)),
        "variance_explained": effect**2 / 4 / variance if variance else None,
    }


def _ratio_effect(treated: tuple[Floats, Floats], control: tuple[Floats, Floats]) -> dict[str, object]:
    with_it, without = (float(above.sum() / below.sum()) for above, below in (treated, control))
    return {
        "users": len(control[0]),
        "control_mean": without,
        "treatment_mean": with_it,
        "effect": with_it - without,
        "relative_effect": (with_it - without) / without if without else None,
    }

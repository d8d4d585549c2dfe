"""Planted effects come out of the world as planted, and the stored answers are those of the rows."""

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform.simulation import World, write_truth
from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.planted import Counterfactual
from analytics_platform_tests.simulation.conftest import Simulated, simulated, world_of


@pytest.fixture(scope="module")
def effects(default: Simulated) -> pl.DataFrame:
    write_truth(default.lake, default.world)
    return default.frame("truth.effects")


def effect(effects: pl.DataFrame, effect_id: str, metric: str, population: str = "all") -> dict[str, float]:
    return effects.row(
        by_predicate=(pl.col("effect_id") == effect_id)
        & (pl.col("metric") == metric)
        & (pl.col("population") == population),
        named=True,
    )


def test_every_planted_effect_has_its_row(effects: pl.DataFrame, default: Simulated) -> None:
    planted = {experiment.id for experiment in default.world.parameters.experiments}
    assert set(effects["effect_id"]) == planted | {"flashcards_launch", "quiz_adoption"}


def test_nothing_differs_in_the_aa_test(effects: pl.DataFrame) -> None:
    assert effects.filter(pl.col("effect_id") == "homepage_aa")["effect"].abs().max() == 0.0


def test_the_layout_adds_eleven_percent_of_time_more_for_teachers_and_nothing_else(
    effects: pl.DataFrame,
) -> None:
    assert effect(effects, "session_time_layout", "engagement_seconds")["relative_effect"] == pytest.approx(
        0.11, abs=0.005
    )
    student, teacher = (
        effect(effects, "session_time_layout", "engagement_seconds", role)["relative_effect"]
        for role in ("student", "teacher")
    )
    assert student < 0.105
    assert teacher > 0.13
    assert effect(effects, "session_time_layout", "active_days")["effect"] == 0.0


def test_the_paywall_sells_trials_and_costs_retention(effects: pl.DataFrame) -> None:
    assert effect(effects, "early_paywall", "trial_starts")["relative_effect"] > 0.3
    assert effect(effects, "early_paywall", "retained_7d")["effect"] < 0
    assert effect(effects, "early_paywall", "active_days")["relative_effect"] < -0.03


def test_the_upgrade_pleases_and_faster_answers_add_sessions_but_no_depth(effects: pl.DataFrame) -> None:
    assert effect(effects, "model_upgrade", "rating_mean")["effect"] > 0.1
    assert effect(effects, "faster_answers", "sessions")["relative_effect"] > 0.04
    assert abs(effect(effects, "faster_answers", "events_per_session")["relative_effect"]) < 0.01


def test_the_cause_of_an_early_quiz_is_a_third_of_its_association(effects: pl.DataFrame) -> None:
    assert effect(effects, "quiz_adoption", "retained_30d")["relative_effect"] == pytest.approx(
        0.06, abs=0.025
    )


def test_the_launch_and_the_class_challenge_bring_users_back(effects: pl.DataFrame) -> None:
    assert effect(effects, "flashcards_launch", "active_days")["relative_effect"] > 0.05
    assert effect(effects, "class_challenges", "active_days")["relative_effect"] > 0.05


def test_ratios_and_means_agree_with_their_parts(effects: pl.DataFrame) -> None:
    for effect_id in effects["effect_id"].unique():
        ratio = effect(effects, effect_id, "events_per_session")
        events, sessions = (effect(effects, effect_id, metric) for metric in ("events", "sessions"))
        assert ratio["control_mean"] == pytest.approx(events["control_mean"] / sessions["control_mean"])
        assert ratio["treatment_mean"] == pytest.approx(events["treatment_mean"] / sessions["treatment_mean"])


def with_share(world: World, effect_id: str, share: float) -> World:
    experiments = [
        planted.model_copy(update={"treated_share": share}) if planted.id == effect_id else planted
        for planted in world.parameters.experiments
    ]
    return dataclasses.replace(
        world, parameters=world.parameters.model_copy(update={"experiments": experiments})
    )


@pytest.mark.parametrize("effect_id", ["session_time_layout", "suggested_followups", "quiz_nudge"])
def test_the_answer_is_what_two_whole_worlds_say(tmp_path: Path, effect_id: str) -> None:
    """Worlds that treat everybody and nobody are run to raw rows and compared there."""
    base = world_of(users=600, days=90)
    lake = Lake(tmp_path / "truth")
    write_truth(lake, base)
    stored = lake.scan("truth.effects").filter(pl.col("effect_id") == effect_id).collect()
    planted = next(e for e in base.parameters.experiments if e.id == effect_id)
    means: dict[str, float] = {}
    for arm, share in (("control_mean", 1e-12), ("treatment_mean", 1 - 1e-12)):
        world = simulated(tmp_path / arm, with_share(base, effect_id, share))
        exposed = world.frame("raw.exposures").filter(pl.col("experiment_id") == effect_id)
        calls = world.frame("raw.interactions").filter(
            pl.col("event_date") <= base.date(min(planted.last_day, base.days - 1))
        )
        counted = (
            exposed.select("user_id", entry="event_date")
            .join(calls, on="user_id")
            .filter(pl.col("event_date") >= pl.col("entry"))
        )
        means[arm] = counted.height / exposed.height
    for arm, mean in means.items():
        assert effect(stored, effect_id, "events")[arm] == pytest.approx(mean, rel=1e-12)


def test_novelty_wears_off(default: Simulated) -> None:
    experiment = next(e for e in default.world.parameters.experiments if e.id == "suggested_followups")
    dynamics = Dynamics(default.world)
    position = dynamics.planted.experiments.index(experiment)
    state = dynamics.start()
    state.exposed_day[position, :50] = experiment.first_day
    doses = [
        float(np.max(dynamics.planted.effect("depth_log", state, np.arange(50), experiment.first_day + days)))
        for days in (0, 6, 12)
    ]
    assert doses[0] > 0
    assert doses[1] == pytest.approx(doses[0] / 2)
    assert doses[2] == pytest.approx(doses[0] / 4)


def test_treated_classmates_reach_untreated_ones(default: Simulated) -> None:
    dynamics = Dynamics(default.world)
    position = next(i for i, e in enumerate(dynamics.planted.experiments) if e.id == "study_groups")
    experiment = dynamics.planted.experiments[position]
    people = dynamics.people
    members = np.flatnonzero((people.classroom == 3) & (people.role == 0))
    loner = np.flatnonzero((people.classroom < 0) & ~dynamics.planted.treated[position])[:1]
    state = dynamics.start()
    state.exposed_day[position, np.append(members, loner)] = experiment.first_day
    treated = dynamics.planted.treated[position][members]
    dose = dynamics.planted._dose(position, state, np.append(members, loner), experiment.first_day)
    assert (dose[:-1][treated] == 1.0).all()
    assert ((dose[:-1][~treated] > 0.1) & (dose[:-1][~treated] < experiment.spillover)).all()
    assert dose[-1] == 0.0


def test_a_class_gets_one_arm(default: Simulated) -> None:
    dynamics = Dynamics(default.world)
    position = next(i for i, e in enumerate(dynamics.planted.experiments) if e.unit == "classroom")
    people, treated = dynamics.people, dynamics.planted.treated[position]
    inside = people.classroom >= 0
    shares = np.bincount(people.classroom[inside], weights=treated[inside]) / people.class_sizes
    assert set(shares) == {0.0, 1.0}


def test_the_broken_test_loses_treated_exposures_of_one_platform(default: Simulated) -> None:
    frame = default.frame("raw.exposures").join(
        default.frame("raw.users").select("user_id", "platform"), on="user_id"
    )
    counts = frame.group_by("experiment_id", "platform", "variant").len()
    shares = {
        (experiment, platform): part.filter(pl.col("variant") == "treatment")["len"].sum() / part["len"].sum()
        for (experiment, platform), part in counts.group_by("experiment_id", "platform")
    }
    assert shares[("streak_reminders", "android")] < 0.4
    assert shares[("streak_reminders", "web")] == pytest.approx(0.5, abs=0.04)
    assert shares[("session_time_layout", "android")] == pytest.approx(0.5, abs=0.05)


def test_some_users_of_the_broken_test_are_logged_in_both_arms(default: Simulated) -> None:
    variants = (
        default.frame("raw.exposures").group_by("experiment_id", "user_id").agg(pl.col("variant").n_unique())
    )
    both = variants.filter(pl.col("variant") == 2)
    assert set(both["experiment_id"]) == {"streak_reminders"}
    assert both.height > 3


def test_an_unlaunched_feature_is_not_used(default: Simulated) -> None:
    launch = default.world.parameters.launch
    users = default.frame("raw.users").select("user_id", "country")
    uses = (
        default.frame("raw.interactions")
        .filter(pl.col("feature") == launch.feature)
        .join(users, on="user_id")
    )
    first = dict(uses.group_by("country").agg(pl.col("event_date").min()).iter_rows())
    assert set(first) == set(launch.launch_day)
    assert all(first[country] >= default.world.date(day) for country, day in launch.launch_day.items())


def test_a_counterfactual_twin_differs_only_after_the_change() -> None:
    world = world_of(users=1500, days=50)
    plain, changed = Dynamics(world), Dynamics(world, Counterfactual(arms={"session_time_layout": True}))
    states = plain.start(), changed.start()
    for day in range(40):
        one, two = plain.live(states[0]), changed.live(states[1])
        assert np.array_equal(one.uses.users, two.uses.users)
        assert np.array_equal(one.uses.engagement, two.uses.engagement) == (day < 30)

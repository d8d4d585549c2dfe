from datetime import date
from pathlib import Path

import pytest
import yaml

from analytics_platform.errors import AnalyticsError
from analytics_platform.simulation import describe
from analytics_platform.simulation.world import DEFAULTS, flatten
from analytics_platform_tests.simulation.conftest import world_of


def test_every_parameter_has_a_meaning_and_every_number_a_unit() -> None:
    for path, value, unit, meaning in flatten(world_of().parameters):
        assert meaning, path
        assert unit or not isinstance(value, int | float), path


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text("money: {trial_days: 7}\nexperiments: [{id: homepage_aa, treated_share: 0.2}]\n")
    base, changed = world_of().parameters, world_of(world=path).parameters
    assert changed.money.trial_days == 7
    assert changed.experiments[0].treated_share == 0.2
    assert changed.experiments[0].hypothesis == base.experiments[0].hypothesis
    assert changed.experiments[1:] == base.experiments[1:]
    assert changed.activity == base.activity


def test_a_file_may_add_an_experiment(tmp_path: Path) -> None:
    tree = yaml.safe_load(DEFAULTS.read_text())["experiments"][0] | {"id": "mine"}
    path = tmp_path / "world.yaml"
    path.write_text(yaml.safe_dump({"experiments": [tree]}))
    assert [e.id for e in world_of(world=path).parameters.experiments][-1] == "mine"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("activity: {habit_memory: 1.5}", "activity.habit_memory"),
        ("activity: {speed: 1}", "activity.speed"),
        ("population: {platforms: {fax: 1}}", "population.platforms.fax"),
        ("calendar: {break_logit: low}", "calendar.break_logit"),
        ("population: {classroom_students: [30, 12]}", "classroom_students"),
        ("launch: {launch_day: {FR: 3}}", "FR"),
        ("experiments: [{id: homepage_aa, model: oracle}]", "homepage_aa.model"),
        ("experiments: [{id: homepage_aa, first_day: 90}]", "last_day 47 lies before first_day 90"),
        ("- a\n- b", "by name"),
        ("a: [", "not valid YAML"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_path(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(text)
    with pytest.raises(AnalyticsError) as error:
        world_of(world=path)
    assert str(path) in str(error.value)
    assert named in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnalyticsError, match=r"absent\.yaml"):
        world_of(world=tmp_path / "absent.yaml")


def test_days_outside_the_world_are_refused() -> None:
    world = world_of(days=30)
    assert world.day(date(2025, 9, 30)) == 29
    with pytest.raises(AnalyticsError, match="has no 2025-10-01"):
        world.day(date(2025, 10, 1))


def test_the_digest_tells_worlds_apart() -> None:
    digests = {
        world_of().digest,
        world_of(seed=8).digest,
        world_of(users=500).digest,
        world_of(days=20).digest,
    }
    assert len(digests) == 4
    assert world_of().digest == world_of().digest


def test_the_description_lists_every_parameter_and_experiment() -> None:
    world = world_of()
    text = describe(world)
    assert all(f"`{path}`" in text for path, *_ in flatten(world.parameters))
    assert all(experiment.hypothesis in text for experiment in world.parameters.experiments)

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.scenarios_definitions import Written, load_scenarios, parse_scenarios


def refused(change: dict[str, object]) -> str:
    content = {"scenarios": [{"id": "a", "title": "A", "changes": [change]}]}
    with pytest.raises(AnalyticsError) as error:
        parse_scenarios(content, "mine.yaml")
    return str(error.value)


def test_the_platform_s_own_scenarios_are_well_formed_and_name_their_experiments():
    found = load_scenarios()
    assert len(found.scenarios) >= 8
    assert found.experiments == ("class_challenges", "model_upgrade", "study_groups")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "acquisitions", "change": 0.1}, "did you mean 'acquisition'?"),
        ({"kind": "transition", "rate": "cur", "change": 0.1}, "did you mean 'curr'?"),
        ({"kind": "acquisition", "chnge": 0.1}, "did you mean 'change'?"),
        ({"kind": "acquisition"}, "changes[0].change: say by how much"),
        ({"kind": "acquisition", "change": 20}, "write a number from -0.9 to 3"),
        ({"kind": "quality", "change": 9}, "stars"),
        ({"kind": "transition", "change": 0.1}, "changes[0].rate: a transition needs one"),
        ({"kind": "launch"}, "changes[0].experiment: a launch needs one"),
        ({"kind": "launch", "experiment": "x", "change": 0.1}, "a launch has none"),
        ({"kind": "price", "change": 0.1, "rate": "curr"}, "a price has none"),
        ({"kind": "price", "change": 0.1, "first_day": 3, "first_date": "2026-01-01"}, "either first_day or"),
        (
            {"kind": "price", "change": 0.1, "first_day": 9, "last_day": 3},
            "changes[0].last_day: 3 lies before 9",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_mend(change: dict[str, object], said: str):
    assert said in refused(change)
    assert refused(change).startswith("mine.yaml: scenarios[0].changes[0]")


def test_an_id_stands_once_and_a_range_is_in_order():
    twice = {"id": "a", "title": "A", "changes": []}
    with pytest.raises(AnalyticsError, match=r"scenarios\[1\].id: 'a' stands twice"):
        parse_scenarios({"scenarios": [twice, twice]}, "mine.yaml")
    wrong = {"price_elasticity": {"value": 1, "low": 2, "high": 3}}
    with pytest.raises(AnalyticsError, match="low <= value <= high"):
        parse_scenarios({"assumptions": wrong, "scenarios": []}, "mine.yaml")


def test_a_file_of_one_s_own_is_read(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"horizon_days": 14, "scenarios": []}))
    assert load_scenarios(path).horizon_days == 14
    assert load_scenarios(path).experiments == ("model_upgrade",)
    path.write_text("")
    assert load_scenarios(path).scenarios == ()


def test_a_change_grows_and_ends_when_it_says():
    written = Written(kind="price", change=0.1, first_day=3, last_day=6, ramp_days=1)
    assert list(written.force(date(2026, 2, 27), 8)) == [0, 0, 0.5, 1, 1, 1, 0, 0]
    dated = Written(
        kind="price", change=0.1, first_date=date(2026, 3, 2), last_date=date(2026, 3, 5), ramp_days=1
    )
    np.testing.assert_array_equal(dated.force(date(2026, 2, 27), 8), written.force(date(2026, 2, 27), 8))
    begun = Written(kind="price", change=0.1, first_date=date(2026, 2, 1))
    assert list(begun.force(date(2026, 2, 27), 2)) == [1, 1]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first_date": date(2027, 1, 1)}, "not in force on any of the days told, 2026-03-01 to 2026-03-28"),
        ({"first_date": date(2020, 1, 1)}, "begins on 2020-01-01, before the days told"),
        ({"last_date": date(2026, 2, 1)}, "not in force on any"),
        ({"first_day": 29}, "not in force on any"),
        ({"first_day": 28}, None),
        ({}, None),
    ],
)
def test_a_change_outside_the_days_told_says_so(days: dict[str, object], said: str | None):
    written = Written.model_validate({"kind": "acquisition", "change": 0.1, **days})
    found = written.outside(date(2026, 2, 28), 28)
    assert found is None if said is None else said in str(found)

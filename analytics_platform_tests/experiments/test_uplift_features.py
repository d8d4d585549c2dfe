from pathlib import Path

import numpy as np
import pytest

from analytics_platform.experiments import uplift_features
from analytics_platform.experiments.uplift_features import ATTRIBUTES, TOTALS, Users, users_of
from analytics_platform.lakehouse import Model
from analytics_platform.lakehouse.portability import violations
from analytics_platform.metrics.outcomes import OUTCOMES
from analytics_platform_tests.derived_rows import day, user_day
from analytics_platform_tests.experiments.uplift_lake import (
    AS_OF,
    EXPOSED_ON,
    LAST,
    experiment,
    exposure,
    write_lake,
)
from analytics_platform_tests.raw_rows import Row


def _users(root: Path, user_days: list[Row], metric: str = "events", **changes: object) -> Users:
    """User 1 in control, user 2 treated."""
    exposures = [exposure(1, "control"), exposure(2, "treatment")]
    engine = write_lake(root, exposures, user_days)
    return users_of(engine, experiment(metric, **changes), "treatment", OUTCOMES[metric], AS_OF)


def _feature(users: Users, name: str) -> list[float]:
    (column,) = users.columns[name]
    return users.trial.features[:, column].tolist()


def test_the_query_keeps_to_the_portable_subset():
    path = Path(uplift_features.__file__).with_suffix(".sql")
    assert violations(Model.load(path)) == []


def test_the_day_of_exposure_counts_as_outcome_and_the_day_before_as_feature(tmp_path: Path):
    user_days = [
        user_day(1, EXPOSED_ON - 1, events=3),
        user_day(1, EXPOSED_ON, events=5),
        user_day(2, LAST, events=7),
    ]
    users = _users(tmp_path, user_days)
    assert users.trial.outcome.tolist() == [5, 7]
    assert _feature(users, "events") == pytest.approx([np.log(4), 0])


def test_days_after_the_end_and_before_the_pre_period_count_nowhere(tmp_path: Path):
    user_days = [user_day(1, EXPOSED_ON - 8), user_day(1, EXPOSED_ON - 7), user_day(2, LAST + 1)]
    users = _users(tmp_path, user_days, pre_period_days=7)
    assert users.trial.outcome.tolist() == [0, 0]
    assert _feature(users, "events") == pytest.approx([np.log(2), 0])


def test_nothing_after_exposure_changes_a_feature(tmp_path: Path):
    before = [user_day(1, EXPOSED_ON - 2, events=4)]
    after = [user_day(1, EXPOSED_ON + 1, plan="paid", role="teacher", platform="ios", trial_starts=1)]
    without, with_it = (_users(tmp_path / n, rows) for n, rows in (("a", before), ("b", before + after)))
    assert (without.trial.features == with_it.trial.features).all()


def test_excluded_users_and_other_experiments_are_left_out(tmp_path: Path):
    exposures = [
        exposure(1, "control"),
        exposure(2, "treatment"),
        exposure(3, "treatment", is_excluded=True),
        exposure(4, "third"),
        exposure(5, "treatment", experiment_id="other"),
        exposure(6, "treatment", event_date=day(LAST + 1)),
    ]
    engine = write_lake(tmp_path, exposures, [user_day(1, 0)])
    trial = users_of(engine, experiment(), "treatment", OUTCOMES["events"], AS_OF).trial
    assert trial.is_treated.tolist() == [False, True]


def test_retention_asks_only_users_whose_day_has_come(tmp_path: Path):
    exposures = [
        exposure(1, "control"),
        exposure(2, "treatment", event_date=day(LAST - 7)),
        exposure(3, "treatment", event_date=day(LAST - 6)),
    ]
    engine = write_lake(tmp_path, exposures, [user_day(1, EXPOSED_ON + 8), user_day(2, LAST)])
    trial = users_of(engine, experiment("retained_7d"), "treatment", OUTCOMES["retained_7d"], AS_OF).trial
    assert trial.outcome.tolist() == [0, 1]


def test_a_conversion_window_cuts_outcomes_and_waits_for_it_to_pass(tmp_path: Path):
    user_days = [user_day(1, EXPOSED_ON + 3, events=2), user_day(2, EXPOSED_ON + 4, events=2)]
    users = _users(tmp_path, user_days, conversion_window_days=3)
    assert users.trial.outcome.tolist() == [2, 0]
    assert len(_users(tmp_path / "late", user_days, conversion_window_days=LAST).trial) == 0


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("events", [8.0, 4.0]),
        ("active_days", [2.0, 1.0]),
        ("started_trial", [1.0, 0.0]),
        ("cancellations", [-0.0, -2.0]),
        # Control's ratio is 8 / 4; treatment's user has 4 uses in 1 session, 2 above; 2.5 sessions a user.
        ("events_per_session", [0.0, 2 / 2.5]),
        ("engagement_seconds_winsorised", [120.0, 60.0 + 0.99 * 60.0 - 59.4]),
    ],
)
def test_each_kind_of_metric_gives_the_value_of_a_user(tmp_path: Path, metric: str, expected: list[float]):
    user_days = [
        user_day(1, EXPOSED_ON, events=5, sessions=3, trial_starts=2),
        user_day(1, EXPOSED_ON + 1, events=3, sessions=1),
        user_day(2, EXPOSED_ON, events=4, sessions=1, cancellations=2),
    ]
    assert _users(tmp_path, user_days, metric).trial.outcome == pytest.approx(expected, rel=0.01)


def test_a_ratio_that_control_never_began_is_measured_from_zero(tmp_path: Path):
    users = _users(tmp_path, [user_day(2, EXPOSED_ON, events=4, sessions=2)], "events_per_session")
    assert users.trial.outcome.tolist() == [0.0, 4.0]


def test_levels_of_many_users_become_features_and_rare_ones_do_not(tmp_path: Path):
    exposures = [
        exposure(number, "treatment", country="IN" if number <= 40 else "US" if number <= 60 else "DE")
        for number in range(1, 101)
    ]
    users = users_of(
        write_lake(tmp_path, exposures, [user_day(1, 0)]),
        experiment(),
        "treatment",
        OUTCOMES["events"],
        AS_OF,
    )
    assert users.columns.keys() == {*TOTALS, *ATTRIBUTES, "tenure_days"}
    assert users.trial.features[:, users.columns["country"]].sum(axis=0).tolist() == [40, 40]


def test_an_uneven_plan_gives_its_probability(tmp_path: Path):
    users = _users(tmp_path, [user_day(1, 0)], variants={"control": 0.6, "treatment": 0.2, "third": 0.2})
    assert users.trial.probability == pytest.approx(0.25)

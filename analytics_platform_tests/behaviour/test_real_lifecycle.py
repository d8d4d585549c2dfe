"""Lifecycle and growth accounting of two public logs, with months between terms on which nobody comes."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.behaviour import GROWTH_ACCOUNTING_DAILY, LIFECYCLE_DAILY, POWER_USERS
from analytics_platform.lakehouse import Window
from analytics_platform_tests.behaviour.visits import ACTIVE, calendar, computed
from analytics_platform_tests.derived_rows import user_day
from analytics_platform_tests.raw_rows import Row

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"the real logs are not at {DATA}"),
]


@pytest.fixture(scope="module")
def moodle() -> list[Row]:
    """Active days (UTC) of the Moodle log without what its own scripts did."""
    log = pl.read_parquet(DATA / "moodle_edify_events.parquet")
    people = log.filter(~pl.col("origin").is_in(["cli", "restore"]))
    instants = pl.col("ts").dt.replace_time_zone("Asia/Muscat").dt.convert_time_zone("UTC")
    pairs = people.select("user_id", day=instants.dt.date()).unique().sort("day", "user_id")
    return [{**user_day(int(user), 0), "event_date": day} for user, day in pairs.iter_rows()]


@pytest.fixture(scope="module")
def moves(moodle: list[Row]) -> list[Row]:
    rows = computed(moodle, (LIFECYCLE_DAILY, [whole(moodle)]))
    return [row for row in rows if row["dimension"] == "overall"]


def whole(rows: list[Row]) -> Window:
    return Window(*(pick(row["event_date"] for row in rows) for pick in (min, max)))


def total(moves: list[Row], before: str, after: str) -> int:
    chosen = [row for row in moves if (row["previous_state"], row["state"]) == (before, after)]
    return sum(row["users"] for row in chosen)


def test_a_term_s_users_come_back_after_the_gap(moves: list[Row]):
    """Of 269 people 34 returned in March 2019, after eight months without a course."""
    assert total(moves, "unseen", "new") == 269
    assert (total(moves, "dormant", "resurrected"), total(moves, "at_risk_mau", "dormant")) == (121, 386)
    spring = [row for row in moves if (row["event_date"].year, row["event_date"].month) == (2019, 3)]
    assert total(spring, "dormant", "resurrected") == 34
    assert [total(moves, "current", after) for after in ("current", "at_risk_wau")] == [2_420, 3_264]


def test_every_state_is_left_by_those_who_were_in_it(moves: list[Row]):
    entered, left = Counter[tuple[date, str]](), Counter[tuple[date, str]]()
    for row in moves:
        entered[row["event_date"] + timedelta(days=1), row["state"]] += row["users"]
        left[row["event_date"], row["previous_state"]] += row["users"]
    last_day = max(row["event_date"] for row in moves)
    seen = {key: n for key, n in left.items() if key[1] != "unseen" and n}
    assert seen == {key: n for key, n in entered.items() if key[0] <= last_day and n}


@pytest.mark.parametrize(
    ("period", "states"),
    [(1, ACTIVE), (7, (*ACTIVE, "at_risk_wau")), (28, (*ACTIVE, "at_risk_wau", "at_risk_mau"))],
)
def test_states_are_the_users_active_within_each_period(
    moodle: list[Row], moves: list[Row], period: int, states: tuple[str, ...]
):
    reached = Counter[date]()
    for visited in calendar(moodle).values():
        reached.update({day + timedelta(days=ahead) for day in visited for ahead in range(period)})
    counted = Counter[date]()
    for row in moves:
        counted[row["event_date"]] += row["users"] if row["state"] in states else 0
    assert counted == Counter({day: reached[day] for day in counted})


def test_growth_accounting_and_power_users_of_the_log_add_up(moodle: list[Row]):
    window = whole(moodle)
    growth = computed(moodle, (LIFECYCLE_DAILY, [window]), (GROWTH_ACCOUNTING_DAILY, [window]))
    for row in growth:
        gained, lost = row["new_users"] + row["resurrected_users"], row["churned_users"]
        assert row["active_users"] == row["previous_active_users"] + gained - lost
    months = [row for row in growth if (row["dimension"], row["period_days"]) == ("overall", 28)]
    assert (sum(r["resurrected_users"] for r in months), sum(r["churned_users"] for r in months)) == (
        121,
        386,
    )
    assert max(row["active_users"] for row in months) == 76
    power = [r for r in computed(moodle, (POWER_USERS, [window])) if r["dimension"] == "overall"]
    monthly = sum(row["users"] for row in power if row["window_days"] == 28)
    assert monthly == next(row["active_users"] for row in months if row["event_date"] == window.last_day)


def test_open_university_submissions_come_in_bursts():
    """Hardly anyone submits on two days running; most come back after months, several times."""
    log = pl.read_parquet(DATA / "oulad_assessment_events.parquet")
    assert log.height == 173_912
    user = next(name for name in ("user_id", "id_student") if name in log.columns)
    pairs = log.select(user, day=pl.col("ts_approx").cast(pl.Datetime).dt.date()).drop_nulls().unique()
    names = {name: n for n, name in enumerate(pairs[user].unique().sort())}
    rows = [{**user_day(names[name], 0), "event_date": day} for name, day in pairs.iter_rows()]
    found = computed(rows, (LIFECYCLE_DAILY, [whole(rows)]))
    overall = [row for row in found if row["dimension"] == "overall"]
    stayed, left = (total(overall, "current", after) for after in ("current", "at_risk_wau"))
    assert stayed / (stayed + left) < 0.05
    assert total(overall, "unseen", "new") == len(names)
    assert total(overall, "dormant", "resurrected") > 2 * len(names)

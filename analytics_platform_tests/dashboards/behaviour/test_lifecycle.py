"""The view of lifecycle: weeks, gains, transitions, power users in words and figures, and the page."""

import json
import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.behaviour_lake import write_behaviour
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import write_checks
from analytics_platform_tests.derived_rows import day
from dashboards.behaviour import lifecycle, power_curve, transition_matrix
from dashboards.behaviour import lifecycle_weeks as weeks
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"
MISSING = re.compile(r"\b(None|NaN|nan|inf|null)\b")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """13 weeks of 260 people; read only."""
    lake = Lake(tmp_path_factory.mktemp("behaviour") / "lake")
    write_behaviour(lake)
    write_checks(lake, [("behaviour.lifecycle_daily", "states_add_up", "error", False, str(day(80)))])
    return lake


@pytest.fixture
def in_use(full: Lake, in_force: Open) -> None:
    in_force(full.root)


def rows(lake: Lake, table: str, **equal: object) -> list[Row]:
    return lake.scan(table).filter(**{"dimension": "overall", **equal}).collect().to_dicts()


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.switch_page("app_pages/behaviour.py")
    for name, value in {"view": "Lifecycle", **query}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    return "\n".join(
        block.value for kind in ("markdown", "caption", "subheader", "error") for block in page.get(kind)
    )


def by_state(totals: list[tuple[float, ...]]) -> pl.DataFrame:
    """A table of weeks from current, new, reactivated, resurrected users a day."""
    users = pl.DataFrame(totals, schema=dict.fromkeys(weeks.LABELS, pl.Float64), orient="row")
    ends = pl.Series([day(6 + 7 * n) for n in range(len(totals))], dtype=pl.Date)
    return users.with_columns(week_end=ends)


def test_weeks_are_whole_and_end_on_the_day():
    assert weeks.weeks(day(20), day(0), None) == [day(6), day(13), day(20)]
    assert weeks.weeks(day(19), day(0), None) == [day(12), day(19)]
    assert weeks.weeks(day(20), day(0), 2) == [day(13), day(20)]
    assert weeks.weeks(day(5), day(0), 12) == []


def test_users_a_day_are_means_of_whole_weeks(full: Lake):
    kpis = full.scan("behaviour.kpi_daily").filter(dimension="overall").sort("event_date").collect()
    table = weeks.active_by_state(rows(full, lifecycle.LIFECYCLE), weeks.weeks(day(90), day(0), None))
    totals = table.select(pl.sum_horizontal(*weeks.LABELS)).to_series().to_list()
    assert totals == pytest.approx([kpis["dau"][n : n + 7].mean() for n in range(0, 91, 7)])


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ([], "There is no whole week yet"),
        ([(0, 0, 0, 0)], "Nobody was active in the last week"),
        ([(80, 20, 0, 0)], "100 users are active a day; 80.0% of them are current"),
        (
            [(80, 20, 0, 0)] * 4 + [(120, 30, 0, 0)],
            "Daily active users grew by 50.0% in four weeks, led by current users (+40 a day)",
        ),
        (
            [(80, 40, 0, 0)] * 4 + [(85, 10, 0, 0)],
            "Daily active users fell by 20.8% in four weeks, led by new users (-30 a day)",
        ),
        ([(80, 20, 0, 0)] * 5, "Daily active users stayed at 100 in four weeks"),
    ],
)
def test_the_headline_says_what_moved_daily_users(totals: list[tuple[float, ...]], said: str):
    assert weeks.states_headline(by_state(totals)) == said


def test_gains_and_losses_of_a_week_are_sums_and_explain_the_change(full: Lake):
    ends = weeks.weeks(day(90), day(0), None)
    growth = rows(full, lifecycle.GROWTH, period_days=7)
    table = weeks.gains_by_week(growth, ends)
    active = {row["event_date"]: row["active_users"] for row in growth}
    net = (table["new_users"] + table["resurrected_users"] - table["churned_users"]).to_list()
    assert net[1:] == [active[end] - active[before] for before, end in pairwise(ends)]
    gained = table["new_users"][-1] + table["resurrected_users"][-1]
    assert table["quick_ratio"][-1] == pytest.approx(gained / table["churned_users"][-1])


def gains(*weeks_of: tuple[int, int, int, float | None]) -> pl.DataFrame:
    names = ("new_users", "resurrected_users", "churned_users", "quick_ratio")
    types = [pl.Int64] * 3 + [pl.Float64]
    frame = pl.DataFrame(list(weeks_of), schema=dict(zip(names, types, strict=True)), orient="row")
    return frame.with_columns(week_end=pl.Series([day(7 * n) for n in range(len(weeks_of))]))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (gains(), "There is no whole week yet"),
        (
            gains((9, 3, 7, 12 / 7)),
            "Too few users came to or left WAU in the last week to tell growth from noise",
        ),
        (gains((90, 30, 0, None)), "WAU gained 120 users in the last week and lost none"),
        (
            gains((50, 0, 100, 0.5), (90, 30, 80, 1.5)),
            "WAU gained 1.50 users for each one lost in the last week; it grew in 1 of the last 2 weeks",
        ),
    ],
)
def test_the_headline_of_gains(table: pl.DataFrame, said: str):
    assert weeks.gains_headline(table, 7) == said


def test_rates_pool_the_week_and_are_null_of_too_few(full: Lake):
    own = rows(full, lifecycle.LIFECYCLE)
    rates = transition_matrix.mean_rates(own, day(90))
    last = [row for row in own if row["event_date"] > day(83) and row["previous_state"] == "current"]
    stayed = sum(row["users"] for row in last if row["state"] == "current")
    stood = sum(row["users"] for row in last)
    assert rates["current", "current"] == (pytest.approx(stayed / stood), stood)
    assert len(rates) == 18
    few = [{**row, "users": min(row["users"], 1)} for row in own]
    assert transition_matrix.mean_rates(few, day(90))["current", "current"] == (None, 14)
    assert transition_matrix.headline(transition_matrix.mean_rates(few, day(90))).startswith("Too few")


def test_the_headline_of_transitions_compares_with_four_weeks_earlier():
    now = {("current", "current"): (0.75, 900), ("dormant", "resurrected"): (0.002, 9000)}
    before = {("current", "current"): (0.7, 900)}
    said = "75.0% of current users come back the next day (+5.0 pp in four weeks), 0.20% of the dormant do"
    assert transition_matrix.headline(now, before) == said
    alone = {("current", "current"): (0.75, 900)}
    assert transition_matrix.headline(alone, {}) == "75.0% of current users come back the next day"


def test_the_matrix_writes_rates_too_few_and_leaves_the_impossible_blank():
    rates = {("current", "current"): (0.75, 900), ("resurrected", "current"): (None, 3)}
    figure = transition_matrix.chart(rates)
    told = [note.text for note in figure.layout.annotations if note.text]
    assert told == ["75.0%", "too few"]


def curve(users: dict[int, int], before: dict[int, int] | None = None) -> list[Row]:
    total, earlier = sum(users.values()), sum((before or {}).values())
    return [
        {
            "window_days": 7,
            "active_days": n,
            "users": users.get(n, 0),
            "share": users.get(n, 0) / total,
            "established_users": users.get(n, 0),
            "established_share": users.get(n, 0) / total,
            "previous_established_users": None if before is None else before.get(n, 0),
            "previous_established_share": None if before is None else before.get(n, 0) / earlier,
            "as_of_date": day(90),
        }
        for n in range(1, 8)
    ]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (curve({1: 20, 5: 20}), "Too few established users in the last 7 days for a curve"),
        (curve({1: 60, 5: 30, 7: 10}), "40.0% of established users were active on 5 or more of 7 days"),
        (
            curve({1: 60, 5: 40}, {1: 80, 6: 20}),
            "40.0% of established users were active on 5 or more of 7 days, 20.0% four weeks earlier",
        ),
    ],
)
def test_the_headline_of_power_users(shown: list[Row], said: str):
    assert power_curve.headline(shown, 7) == said


def test_the_curve_has_a_second_line_only_where_it_was_observed():
    assert len(power_curve.chart(curve({1: 60, 5: 40})).data) == 1
    assert len(power_curve.chart(curve({1: 60}, {2: 60})).data) == 2


def test_choices_hold_every_segment_larger_ones_first(full: Lake):
    held = full.scan(lifecycle.GROWTH).filter(period_days=28).collect().to_dicts()
    names = list(lifecycle.populations(held))
    assert names[:3] == ["All users", "Role: student", "Role: teacher"]
    assert {"Country: DE", "Channel: organic", "Channel: unknown"} <= set(names)


@pytest.mark.usefixtures("in_use")
def test_the_page_tells_each_finding_and_its_chart_says_the_same():
    page = opened()
    findings = [block.value for block in page.subheader]
    assert findings[0].startswith("Daily active users ")
    assert findings[1].startswith("WAU gained ")
    assert "come back the next day" in findings[2]
    assert "of established users" in findings[3]
    charts = page.get("plotly_chart")
    assert [chart.proto.alt for chart in charts if chart.proto.alt in findings] == findings
    assert len(charts) == 5
    assert not MISSING.search(texts(page))


@pytest.mark.usefixtures("in_use")
def test_a_failed_check_is_said_above_the_charts():
    assert any("states" in block.value or "No two rows" in block.value for block in opened().error)


@pytest.mark.usefixtures("in_use")
def test_the_link_holds_every_choice():
    page = opened(
        users="Role: teacher", active="Monthly", window="7 days", period="12 weeks", as_of=str(day(70))
    )
    findings = [block.value for block in page.subheader]
    assert findings[1].startswith(("MAU gained ", "Too few users came to or left MAU"))
    assert "7 days" in findings[3]
    assert "Role: teacher" in texts(page)
    bars = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    assert bars[0]["x"][-1].startswith(str(day(70)))


def test_a_log_of_days_has_no_week_yet(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_behaviour(lake, days=4, people=9)
    in_force(lake.root)
    page = opened()
    assert page.subheader[0].value == "There is no whole week yet"
    assert not MISSING.search(texts(page))


@pytest.mark.usefixtures("busy_lake")
def test_a_lake_without_lifecycle_says_what_to_run(busy_lake: Lake, in_force: Open):
    in_force(busy_lake.root)
    assert "analytics-platform run" in opened().info[0].value

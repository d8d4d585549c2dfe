"""The views of retention: their words, their figures, and the page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.behaviour.lives import person
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from analytics_platform_tests.dashboards.retention_lake import write_retention
from dashboards.behaviour import comebacks, triangle
from dashboards.behaviour.curves import Curve, Point, curve_chart
from dashboards.reader import Row

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """700 users over 150 days; read only."""
    lake = Lake(tmp_path_factory.mktemp("retention") / "lake")
    write_retention(lake)
    return lake


@pytest.fixture(scope="module")
def cells(full: Lake) -> list[Row]:
    return full.scan("behaviour.cohort_retention").collect().to_dicts()


@pytest.fixture(scope="module")
def survival(full: Lake) -> list[Row]:
    return full.scan("behaviour.survival").collect().to_dicts()


def shown(cells: list[Row], name: str) -> list[Row]:
    return triangle.cells(cells, triangle.GRAINS[name], "overall", "all")


def test_the_triangle_leaves_out_the_constant_period_and_the_future(cells: list[Row]):
    rows = shown(cells, "Weeks")
    figure = triangle.triangle(rows, triangle.GRAINS["Weeks"])
    heat = figure.data[0]
    assert figure.layout.xaxis.ticktext[0] == "1"
    assert heat.z[0][0] is not None
    assert heat.z[-1][-1] is None, "the newest cohort's last week is yet to come"
    assert figure.layout.yaxis.ticktext[0].startswith("1 Sep 25 · ")
    assert {trace.type for trace in figure.data} == {"heatmap", "scatter"}


def test_hatched_are_the_drawn_cells_that_will_change(cells: list[Row]):
    rows = [row for row in shown(cells, "Months") if row["eligible_users"] >= triangle.MINIMUM_N]
    figure = triangle.triangle(shown(cells, "Months"), triangle.GRAINS["Months"])
    strokes = sum(x is None for x in figure.data[1].x)
    assert strokes == 3 * sum(not row["is_complete"] for row in rows) > 0


def test_few_users_are_no_share(cells: list[Row]):
    few = [{**row, "eligible_users": 29} for row in shown(cells, "Weeks")]
    figure = triangle.triangle(few, triangle.GRAINS["Weeks"])
    assert {value for line in figure.data[0].z for value in line} == {None}
    assert triangle.headline(few, few, triangle.GRAINS["Weeks"]).startswith("Too few users")


@pytest.mark.parametrize(("name", "period"), [("Weeks", 4), ("Months", 1), ("Brackets", 29)])
def test_the_headline_tells_of_the_fifth_week(cells: list[Row], name: str, period: int):
    grain = triangle.GRAINS[name]
    pooled = comebacks.pooled(cells, grain.measure, "overall")
    share = next(row["retention"] for row in pooled if row["period"] == period)
    told = triangle.headline(pooled, shown(cells, name), grain)
    assert told.startswith(f"{100 * share:.1f}% of users are active in ")
    assert "cohorts range from" in told
    assert "700 users in all" in triangle.subtitle(pooled, grain, "users")


def test_curves_are_of_the_largest_segments_without_day_0(cells: list[Row]):
    rows = comebacks.pooled(cells, "n_day", "acquisition_channel")
    curves = comebacks.retention_curves(rows)
    assert sorted(curve.name for curve in curves) == ["Friend", "Paid search", "Social", "Unknown"]
    assert all(curve.points[0].at == 1 for curve in curves)
    assert "their intervals" in comebacks.retention_headline(rows, "n_day")


def test_the_headline_of_everyone_tells_of_days(cells: list[Row]):
    for measure, later in (("n_day", "on day 7"), ("unbounded", "on day 7 or later")):
        rows = comebacks.pooled(cells, measure, "overall")
        assert later in comebacks.retention_headline(rows, measure)
        assert "700 users" in comebacks.retention_subtitle(rows, measure)
    assert comebacks.retention_headline([], "n_day").startswith("Too few")


def test_a_dimension_with_one_value_has_nothing_to_compare(cells: list[Row]):
    rows = comebacks.pooled(cells, "n_day", "acquisition_channel")
    alone = [row for row in rows if row["segment"] == "social"]
    assert comebacks.retention_headline(alone, "n_day") == "All users are Social: nothing to compare"


def test_survival_is_told_with_its_test(survival: list[Row]):
    by_role = [row for row in survival if row["dimension"] == "role"]
    told = comebacks.survival_headline(by_role, "Role")
    assert told.startswith("By role, users fall silent at different paces (log-rank χ² = ")
    alike = [{**row, "log_rank_p_value": 0.4} for row in by_role]
    assert "chance alone" in comebacks.survival_headline(alike, "Role")
    unknown = [{**row, "log_rank_p_value": None} for row in by_role]
    assert comebacks.survival_headline(unknown, "Role").startswith("Too few silences")
    curves = comebacks.survival_curves(by_role)
    assert [curve.name for curve in curves] == ["Student", "Teacher"]
    assert len({curve.points[-1].at for curve in curves}) == 1, "ends that are labelled are of one day"


def test_half_fall_silent_by_a_day(survival: list[Row]):
    everyone = [row for row in survival if row["dimension"] == "overall"]
    assert comebacks.survival_headline(everyone, "Everyone").startswith("Half of users fall silent within ")
    early = [row for row in everyone if row["day"] < 3]
    assert comebacks.survival_headline(early, "Everyone") == "Fewer than half fall silent"


def test_frequency_is_an_association(full: Lake):
    rows = full.scan("behaviour.retention_by_frequency").collect().to_dicts()
    chosen = comebacks.frequency_rows(rows, 7)
    figure = comebacks.frequency_chart(chosen)
    assert [trace.name for trace in figure.data] == ["days 7 to 27", "days 28 to 55"]
    assert "association" in comebacks.frequency_subtitle(chosen)
    assert "with 1 active day" in comebacks.frequency_headline(chosen)
    assert comebacks.frequency_headline(chosen[:1]).startswith("Too few")


def test_more_segments_than_a_reader_can_tell_apart_are_left_out():
    rows = [{"segment": f"s{n}", "cohort_users": n} for n in range(7)]
    assert comebacks.largest(rows, "cohort_users") == ["s6", "s5", "s4", "s3", "s2"]
    assert comebacks.left_out(rows, "cohort_users") == " · the 5 largest of 7"
    with pytest.raises(ValueError, match="at most 5"):
        curve_chart([Curve("a", ())] * 6, "days")


def test_a_projection_is_dashed_and_a_curve_without_points_says_so():
    point = Point(1, 0.5, 0.4, 0.6, "week 1")
    figure = curve_chart([Curve("A", [point], [point]), Curve("B", ())], "weeks")
    assert {trace.line.dash for trace in figure.data if trace.name == "A"} == {"solid", "dash"}
    assert [note.text.split("</span> ")[1] for note in figure.layout.annotations] == ["A 50.0%", "B: too few"]


def opened(lake: Lake, in_force: Open, **query: str) -> AppTest:
    in_force(lake.root)
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.switch_page("app_pages/behaviour.py")
    for name, value in {"view": "Retention", **query}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("query", [{}, {"by": "First feature", "curve": "On day N or later"}])
def test_the_page_draws_five_charts_named_by_their_findings(
    full: Lake, in_force: Open, query: dict[str, str]
):
    page = opened(full, in_force, **query)
    assert [chart.proto.alt for chart in page.get("plotly_chart")] == [head.value for head in page.subheader]
    assert len(page.subheader) == 5


def test_roles_and_months_are_chosen_by_the_link(full: Lake, in_force: Open):
    page = opened(full, in_force, cohorts="Months", who="teacher")
    assert "month 1" in page.subheader[0].value
    assert "Share of teachers" in page.caption[0].value or "Share of teachers" in "".join(
        caption.value for caption in page.caption
    )


def test_before_there_are_cohorts_the_page_says_what_to_run(tmp_path: Path, in_force: Open):
    write_lake(Lake(tmp_path / "lake"))
    page = opened(Lake(tmp_path / "lake"), in_force)
    assert "analytics-platform run --select" in page.info[0].value


def test_a_log_of_three_days_is_too_few(tmp_path: Path, in_force: Open):
    write_retention(Lake(tmp_path / "lake"), [person([0, 1]), person([2], "teacher")])
    page = opened(Lake(tmp_path / "lake"), in_force)
    assert page.subheader[0].value.startswith("Too few users")

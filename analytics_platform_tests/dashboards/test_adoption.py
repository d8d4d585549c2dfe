from datetime import timedelta

import polars as pl
import pytest

from analytics_platform.metrics import METRICS
from analytics_platform_tests.dashboards.kpi_lake import FIRST_DAY, adoption_rows
from dashboards import adoption
from dashboards.comparisons import share_interval
from dashboards.dot_plots import Dot

ADOPTION, REPEAT = METRICS["adoption_rate"], METRICS["repeat_rate"]
LAST_DAY = FIRST_DAY + timedelta(days=9)


def week(users: int) -> pl.DataFrame:
    return adoption.week_of(adoption_rows(10, users), LAST_DAY)


def test_a_week_is_the_seven_days_that_end_on_a_day():
    days = week(100)["event_date"]
    assert (days.min(), days.max()) == (LAST_DAY - timedelta(days=6), LAST_DAY)
    assert adoption.week_of(pl.DataFrame(), LAST_DAY).is_empty()


def test_a_dot_is_the_ratio_of_sums_with_the_interval_of_an_average_day():
    rows = week(2000)
    found = next(
        dot for dot in adoption.dots(rows, ADOPTION) if (dot.row, dot.series) == ("quiz", "students")
    )
    cell = rows.filter(pl.col("feature") == "quiz", pl.col("role") == "student")
    share, n = cell["users"].sum() / cell["active_users"].sum(), cell["active_users"].mean()
    assert found.share == pytest.approx(share)
    assert (found.low, found.high) == pytest.approx(share_interval(share, n))
    assert found.n == cell["active_users"].sum()


def test_features_come_most_used_first_and_roles_in_one_order():
    dots = adoption.dots(week(5000), ADOPTION)
    assert list(dict.fromkeys(dot.row for dot in dots))[:3] == ["quiz", "summarize", "explain"]
    assert [dot.series for dot in dots[:4]] == ["students", "teachers", "students", "teachers"]


def test_a_feature_that_nobody_used_comes_last():
    rows = week(5000).with_columns(
        pl.when(pl.col("feature") == "quiz").then(0).otherwise(pl.col(name)).alias(name)
        for name in ("users", "repeat_users")
    )
    assert [dot.row for dot in adoption.dots(rows, REPEAT)][-2:] == ["quiz", "quiz"]


def test_below_the_minimum_n_a_dot_has_no_share():
    dots = adoption.dots(week(34), ADOPTION)
    assert ADOPTION.minimum_n == 30
    assert {(dot.share, dot.n) for dot in dots if dot.series == "teachers"} == {(None, 4 * 7)}
    assert all(dot.share is not None for dot in dots if dot.series == "students")


def test_a_role_that_was_never_active_is_left_out():
    rows = week(1000).with_columns(
        pl.when(pl.col("role") == "teacher").then(0).otherwise(pl.col(name)).alias(name)
        for name in ("users", "active_users", "repeat_users")
    )
    assert {dot.series for dot in adoption.dots(rows, ADOPTION)} == {"students"}
    assert adoption.dots(pl.DataFrame(), ADOPTION) == []


def dot(row: str, series: str, share: float, half: float = 0.02) -> Dot:
    return Dot(row, series, share, share - half, share + half, 500)


def test_the_headline_names_clear_leaders_and_ties():
    dots = [
        dot("quiz", "students", 0.5),
        dot("chat", "students", 0.2),
        dot("quiz", "teachers", 0.3),
        dot("chat", "teachers", 0.31),
    ]
    assert adoption.finding(dots, ADOPTION) == (
        "Students use quiz most (50.0%); teachers use chat and quiz about alike"
    )


def test_the_headline_does_not_rank_what_cannot_be_ranked():
    alike = [dot(row, "students", 0.3) for row in ("quiz", "chat", "explain", "summarize")]
    assert adoption.finding(alike, REPEAT) == "Repeat use: no feature clearly leads"
    few = [Dot("quiz", "students", None, 0, 0, 3)]
    assert adoption.finding(few, ADOPTION) == "Adoption: too few active users in the last seven days"
    assert adoption.finding([], ADOPTION) == "Adoption: too few active users in the last seven days"


def test_dots_can_be_downloaded_as_rows():
    rows = adoption.as_rows([dot("quiz", "students", 0.5), Dot("chat", "students", None, 0, 0, 3)])
    assert rows.rows() == [
        ("quiz", "students", 0.5, 0.48, 0.52, 500.0),
        ("chat", "students", None, 0.0, 0.0, 3.0),
    ]


def test_the_subtitle_names_metric_unit_and_window():
    assert adoption.subtitle(ADOPTION, LAST_DAY) == (
        "Adoption by role in %, 7-day ratio with its 95% interval · 4 Sep to Wed 10 Sep 2025"
    )

"""`behaviour.lifecycle_daily` against every user's state on every day, by its definition."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.behaviour import KPI_DAILY, LIFECYCLE_DAILY
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.behaviour.visits import (
    ACTIVE,
    POSSIBLE,
    VISITS,
    all_days,
    computed,
    lifecycle_table,
)
from analytics_platform_tests.derived_rows import billing_day, day, days, user_day, write_user_days
from analytics_platform_tests.raw_rows import Row


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] for name in LIFECYCLE_DAILY.key])


def lifecycle_rows(rows: list[Row], *windows: Window) -> list[Row]:
    """Rows of the given windows (default: all days), in key order."""
    return computed(rows, (LIFECYCLE_DAILY, windows or [all_days(rows)]))


def moves(rows: list[Row], dimension: str = "overall", segment: str = "all") -> list[tuple[str, str]]:
    """Transition of the one user of a segment on each day."""
    own = [row for row in rows if (row["dimension"], row["segment"]) == (dimension, segment)]
    return [(row["previous_state"], row["state"]) for row in own if row["users"]]


@settings(max_examples=30, deadline=None)
@given(VISITS)
def test_every_count_equals_its_definition(visits: list[Row]):
    expected = lifecycle_table(visits, max(row["event_date"] for row in visits))
    assert lifecycle_rows(visits) == in_order(expected)


@settings(max_examples=12, deadline=None)
@given(VISITS, st.sets(st.integers(1, 90), max_size=5))
def test_any_cut_into_windows_gives_the_same_rows(visits: list[Row], cuts: set[int]):
    last = max((row["event_date"] - day(0)).days for row in visits)
    starts = [0, *sorted(cut for cut in cuts if cut <= last), last + 1]
    pieces = [days(first, after - 1) for first, after in pairwise(starts)]
    assert lifecycle_rows(visits, *pieces) == lifecycle_rows(visits)


@settings(max_examples=8, deadline=None)
@given(VISITS, st.integers(0, 90))
def test_a_day_never_looks_ahead(visits: list[Row], until: int):
    known = [row for row in visits if row["event_date"] <= day(until)]
    assert lifecycle_rows(known, days(0, until)) == lifecycle_rows(visits, days(0, until))


@settings(max_examples=8, deadline=None)
@given(VISITS)
def test_states_add_up_to_the_kpis_of_the_day(visits: list[Row]):
    kpis = computed(visits, (KPI_DAILY, [all_days(visits)]))
    states = [row for row in lifecycle_rows(visits) if row["dimension"] == "overall"]
    for kpi in (row for row in kpis if row["dimension"] == "overall"):
        own = [row for row in states if row["event_date"] == kpi["event_date"]]
        dau = sum(row["users"] for row in own if row["state"] in ACTIVE)
        wau = dau + sum(row["users"] for row in own if row["state"] == "at_risk_wau")
        mau = wau + sum(row["users"] for row in own if row["state"] == "at_risk_mau")
        assert (dau, wau, mau) == (kpi["dau"], kpi["wau"], kpi["mau"])


@pytest.mark.parametrize(
    ("gap", "transition"),
    [
        (1, ("new", "current")),
        (2, ("at_risk_wau", "current")),
        (6, ("at_risk_wau", "current")),
        (7, ("at_risk_wau", "reactivated")),
        (8, ("at_risk_mau", "reactivated")),
        (27, ("at_risk_mau", "reactivated")),
        (28, ("at_risk_mau", "resurrected")),
        (29, ("dormant", "resurrected")),
        (80, ("dormant", "resurrected")),
    ],
)
@pytest.mark.parametrize("first", [0, None])
def test_a_return_after_so_many_days(gap: int, transition: tuple[str, str], first: int | None):
    """The same within one window as on the first day of a window of its own."""
    visits = [user_day(1, 0), user_day(1, gap)]
    window = days(gap if first is None else first, gap)
    assert moves(lifecycle_rows(visits, window))[-1] == transition


def test_who_stays_away_steps_down_after_one_seven_and_twenty_eight_days():
    found = moves(lifecycle_rows([user_day(1, 0)], days(0, 40)))
    assert found == [
        ("unseen", "new"),
        ("new", "at_risk_wau"),
        *[("at_risk_wau", "at_risk_wau")] * 5,
        ("at_risk_wau", "at_risk_mau"),
        *[("at_risk_mau", "at_risk_mau")] * 20,
        ("at_risk_mau", "dormant"),
        *[("dormant", "dormant")] * 12,
    ]


def test_every_possible_transition_has_a_row_and_a_rate_where_anybody_could_make_it():
    rows = lifecycle_rows([user_day(1, 0), user_day(2, 0), user_day(1, 1)], days(1, 1))
    own = {(row["previous_state"], row["state"]): row for row in rows if row["dimension"] == "overall"}
    assert own.keys() == set(POSSIBLE)
    told = {key: (row["users"], row["previous_users"], row["transition_rate"]) for key, row in own.items()}
    assert told["new", "current"] == told["new", "at_risk_wau"] == (1, 2, 0.5)
    assert told["dormant", "resurrected"] == (0, 0, None)
    assert told["unseen", "new"] == (0, None, None)


def test_a_user_stays_in_the_segments_of_the_first_active_day():
    visits = [
        billing_day(1, 0, role="teacher", acquisition_channel="school"),
        user_day(1, 1, country="FR"),
        user_day(1, 2, country="DE", role="teacher", acquisition_channel="organic"),
    ]
    rows = lifecycle_rows(visits)
    assert {(row["dimension"], row["segment"]) for row in rows} == {
        ("overall", "all"), ("role", "student"), ("country", "FR"), ("acquisition_channel", "unknown")
    }  # fmt: skip
    assert moves(rows, "country", "FR") == [("unseen", "new"), ("new", "current")]


def test_nothing_is_known_before_the_first_user_and_days_without_any_visit_have_rows():
    assert lifecycle_rows([user_day(1, 5)], days(0, 4)) == []
    rows = lifecycle_rows([user_day(1, 0)], days(300, 301))
    assert moves(rows) == [("dormant", "dormant")] * 2


def test_a_day_built_late_is_counted_in_the_days_after_it(tmp_path: Path):
    visits = {offset: user_day(offset % 2, offset) for offset in (0, 1, 2)}
    whole, pieces = Lake(tmp_path / "whole"), Lake(tmp_path / "pieces")
    DuckDBEngine(whole).run(LIFECYCLE_DAILY, write_user_days(whole, visits.values()))
    held: list[Row] = []
    for offset in (0, 2, 1):
        held.append(visits[offset])
        write_user_days(pieces, held)
        DuckDBEngine(pieces).run(LIFECYCLE_DAILY, days(offset, offset))
    key = ["event_date", *LIFECYCLE_DAILY.key[1:]]
    expected = whole.scan(LIFECYCLE_DAILY.name).collect().sort(key)
    assert pieces.scan(LIFECYCLE_DAILY.name).collect().sort(key).equals(expected)

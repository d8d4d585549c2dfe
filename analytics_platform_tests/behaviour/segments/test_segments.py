"""Segments against their definitions, planted kinds of people, and checks that find planted faults."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.behaviour.segments import CHECKS, SCHEMAS, segment_tables
from analytics_platform.behaviour.segments.clusters import ALL, cluster_names, find_clusters
from analytics_platform.behaviour.segments.features import FEATURES, people_at
from analytics_platform.behaviour.segments.rules import LIFECYCLE_SEGMENTS, RFM_SEGMENTS
from analytics_platform.behaviour.segments.tables import FITS, KEYS, PROFILES, SEGMENTS, TRANSITIONS
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model
from analytics_platform.lakehouse.portability import violations
from analytics_platform_tests.behaviour.planted_world import DAYS, LAST_DAY, planted, user_days
from analytics_platform_tests.derived_rows import billing_day, day, days, user_day

EARLIER = LAST_DAY - timedelta(days=28)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    """The planted world and a few people of known fate."""
    fates = [
        user_day(500, 5),  # long gone
        *(user_day(501, offset) for offset in range(DAYS - 20, DAYS)),  # came after the earlier date
        *(user_day(502, offset) for offset in range(25, 60, 5)),  # came often, not any more
        user_day(503, DAYS - 1),  # new
        billing_day(504, 20),  # never active
    ]
    return planted(Lake(tmp_path_factory.mktemp("segments") / "lake"), [*user_days(), *fates])


@pytest.fixture(scope="module")
def tables(engine: DuckDBEngine) -> dict[str, pa.Table]:
    return segment_tables(engine, LAST_DAY)


def test_people_of_known_fate_are_where_they_belong(tables: dict[str, pa.Table]):
    rows = pl.DataFrame(tables[SEGMENTS]).filter(as_of_date=LAST_DAY)
    placed = {
        user_id: dict(rows.filter(user_id=user_id).select("method", "segment").iter_rows())
        for user_id in (500, 501, 502, 503, 504)
    }
    assert [placed[n]["lifecycle"] for n in placed] == [
        "dormant",
        "current",
        "at_risk_mau",
        "new",
        "never_active",
    ]
    assert [placed[n]["rfm"] for n in (500, 502, 503, 504)] == ["gone", "at_risk", "promising", "gone"]
    assert placed[501]["rfm"] in {"champions", "loyal"}
    assert [placed[n]["kmeans"] for n in (500, 504)] == ["gone", "gone"]


def test_the_state_of_the_last_day_is_that_of_users(engine: DuckDBEngine, tables: dict[str, pa.Table]):
    users = pl.DataFrame(engine.query("SELECT user_id, state FROM activity.users"))
    own = pl.DataFrame(tables[SEGMENTS]).filter(as_of_date=LAST_DAY, method="lifecycle")
    joined = own.join(users, on="user_id")
    assert joined.height == users.height
    assert (joined["segment"] == joined["state"].fill_null("never_active")).all()


def test_everybody_is_in_one_segment_a_method_and_every_name_is_known(tables: dict[str, pa.Table]):
    rows = pl.DataFrame(tables[SEGMENTS])
    assert not rows.select(KEYS[SEGMENTS]).is_duplicated().any()
    sizes = rows.group_by("as_of_date", "method").len()
    assert sizes.group_by("as_of_date").agg(pl.col("len").n_unique())["len"].to_list() == [1, 1]
    assert set(rows.filter(method="lifecycle")["segment"]) <= set(LIFECYCLE_SEGMENTS)
    assert set(rows.filter(method="rfm")["segment"]) <= set(RFM_SEGMENTS)


def test_a_later_day_changes_nothing_that_was_known_before(engine: DuckDBEngine, tmp_path: Path):
    known = planted(Lake(tmp_path / "lake"), [row for row in user_days() if row["event_date"] <= EARLIER])
    everybody = people_at(engine, EARLIER).filter(pl.col("user_id") < 500)
    alone = people_at(known, EARLIER)
    assert alone.select("user_id", "active_days", "events").equals(
        everybody.select("user_id", "active_days", "events")
    )


def test_moves_are_those_of_the_people_one_by_one(tables: dict[str, pa.Table]):
    rows = pl.DataFrame(tables[SEGMENTS])
    for method in ("lifecycle", "rfm", "kmeans"):
        now, then = (
            dict(rows.filter(method=method, as_of_date=at).select("user_id", "segment").iter_rows())
            for at in (LAST_DAY, EARLIER)
        )
        expected: dict[tuple[str, str], int] = {}
        for person, segment in now.items():
            pair = (then.get(person, "unseen"), segment)
            expected[pair] = expected.get(pair, 0) + 1
        found = pl.DataFrame(tables[TRANSITIONS]).filter(method=method)
        pairs = found.select("from_segment", "to_segment", "users").iter_rows()
        assert {(source, target): users for source, target, users in pairs} == expected
        few = found.filter(pl.col("n") < 30)
        assert few["probability"].null_count() == few.height


def test_profiles_are_means_over_the_people_of_a_segment(engine: DuckDBEngine, tables: dict[str, pa.Table]):
    people = people_at(engine, LAST_DAY)
    own = pl.DataFrame(tables[SEGMENTS]).filter(as_of_date=LAST_DAY, method="rfm", segment="champions")
    values = people.filter(pl.col("user_id").is_in(own["user_id"].implode()))["active_days"]
    profile = pl.DataFrame(tables[PROFILES]).filter(
        as_of_date=LAST_DAY, method="rfm", segment="champions", feature="active_days"
    )
    row = profile.to_dicts()[0]
    assert (row["users"], row["mean_value"]) == (len(values), pytest.approx(values.mean()))
    reach = 1.959964 * values.std() / len(values) ** 0.5
    assert row["mean_high"] - row["mean_low"] == pytest.approx(2 * reach)


def test_few_people_are_not_divided(tables: dict[str, pa.Table]):
    fits = pl.DataFrame(tables[FITS])
    assert fits["clusters"].to_list() == [1]
    assert "too few" in fits["sentence"][0]
    assert set(pl.DataFrame(tables[SEGMENTS]).filter(method="kmeans")["segment"]) == {ALL, "gone"}


def kinds(people: int = 450) -> pl.DataFrame:
    """Features of quizzers, chatting teachers and seldom visitors."""
    draws = np.random.default_rng(1)
    whose = np.arange(people) % 3
    rows = {"user_id": np.arange(people)}
    for feature in FEATURES:
        rows[feature.name] = draws.uniform(0.1, 0.12, people)
    rows["quiz_share"] = np.where(whose == 0, 0.8, 0.1) + draws.normal(0, 0.03, people)
    rows["chat_share"] = np.where(whose == 1, 0.8, 0.1) + draws.normal(0, 0.03, people)
    rows["active_days"] = np.where(whose == 2, 2.0, 20.0) * draws.uniform(0.8, 1.2, people)
    rows["is_teacher"] = (whose == 1).astype(int)
    return pl.DataFrame(rows)


def test_planted_kinds_are_found_named_and_assigned():
    people = kinds()
    found = find_clusters(people)
    assert len(found.names) == 3
    assert any("Chat-heavy" in name and "teachers" in name for name in found.names)
    assert any("uiz-heavy" in name and "students" in name for name in found.names)
    assert any("ccasional" in name for name in found.names)
    placed = found.assign(people).to_list()
    assert all(len({placed[at] for at in range(kind, 450, 3)}) == 1 for kind in range(3))
    assert find_clusters(people).names == found.names


def test_names_are_unique_even_where_clusters_are_alike():
    people = kinds(90)
    names = cluster_names(people, np.arange(90) % 2 * 0 + np.arange(90) // 45, 2)
    assert len(set(names)) == 2


def test_the_query_is_portable():
    source = Path(people_at.__code__.co_filename).with_suffix(".sql")
    assert violations(Model.load(source)) == []


def _lose(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.tail(-1)


def _grow(rows: pl.DataFrame) -> pl.DataFrame:
    first = pl.int_range(pl.len()) == 0
    return rows.with_columns(pl.when(first).then(pl.col("users") + 1).otherwise("users").alias("users"))


def _double(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows.head(1)])


FAULTS: list[tuple[str, str, Callable[[pl.DataFrame], pl.DataFrame]]] = [
    *((table, "unique_key", _double) for table in KEYS),
    (SEGMENTS, "everybody_is_in_one_segment", _lose),
    (SEGMENTS, "everybody_is_in_one_segment", _double),
    (PROFILES, "profiles_match_segments", lambda rows: rows.with_columns(pl.col("users") + 1)),
    (TRANSITIONS, "transitions_add_up", _grow),
    (TRANSITIONS, "transitions_add_up", _lose),
]


@pytest.mark.parametrize(("table", "name", "edit"), FAULTS)
def test_each_check_is_quiet_and_finds_its_planted_fault(
    engine: DuckDBEngine,
    tables: dict[str, pa.Table],
    table: str,
    name: str,
    edit: Callable[[pl.DataFrame], pl.DataFrame],
):
    for each, rows in tables.items():
        engine.lake.replace(each, [rows], rows.schema)
    check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
    assert check.run(engine, days(0, DAYS)).passed
    wrong = edit(pl.DataFrame(tables[table])).to_arrow().cast(SCHEMAS[table])
    engine.lake.replace(table, [wrong], SCHEMAS[table])
    assert not check.run(engine, days(0, DAYS)).passed


def test_every_check_has_a_planted_fault():
    assert {(check.table, check.name) for check in CHECKS} == {(table, name) for table, name, _ in FAULTS}


def test_every_column_has_a_sentence():
    for schema in SCHEMAS.values():
        assert all((field.metadata or {}).get(b"comment", b"").endswith(b".") for field in schema)


def test_an_empty_log_gives_empty_tables(tmp_path: Path):
    engine = planted(Lake(tmp_path / "lake"), [])
    found = segment_tables(engine, day(3))
    assert {table: rows.num_rows for table, rows in found.items() if table != FITS} == dict.fromkeys(
        (SEGMENTS, PROFILES, TRANSITIONS), 0
    )

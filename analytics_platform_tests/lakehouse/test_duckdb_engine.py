"""The DuckDB engine: models into the lake, queries over pinned versions, errors in one sentence."""

import hashlib
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model
from analytics_platform.lakehouse.duckdb_engine import connection_config, connector
from analytics_platform_tests.lakehouse.small_tables import SCHEMA, TABLE, day, rows, window, write

DAILY = Model(
    name="test.totals",
    sql=f"""
        SELECT event_date, -- The day.
            count(*) AS users, -- Users that day.
            sum(score) AS score
        FROM {TABLE} WHERE event_date BETWEEN $first_day AND $last_day GROUP BY event_date
    """,
    description="One row per day.",
    key=("event_date",),
)
WHOLE = Model(
    name="test.users",
    sql=f"SELECT user_id, max(score) AS best FROM {TABLE} GROUP BY user_id",
    description="One row per user.",
    key=("user_id",),
)
VIEW = Model(
    name="test.good",
    sql=f"SELECT user_id, score FROM {TABLE} WHERE score >= 20",
    description="One row per good score.",
    key=("user_id",),
    is_view=True,
)
VIEW_OF_VIEW = Model(
    name="test.best",
    sql="SELECT max(score) AS score FROM test.good",
    description="One row.",
    key=("score",),
    is_view=True,
)
VIEWS = {view.name: view for view in (VIEW, VIEW_OF_VIEW)}


@pytest.fixture
def engine(lake: Lake) -> DuckDBEngine:
    days = [rows(1, 10, 11), rows(2, 20), rows(3, 30)]
    lake.replace_days(TABLE, window(1, 3), days, SCHEMA)
    return DuckDBEngine(lake, VIEWS)


def content(lake: Lake, table: str) -> set[str]:
    files = lake.snapshot([table]).tables[table].files
    return {hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files}


def totals(engine: DuckDBEngine) -> list[tuple[int, int, float]]:
    found = engine.query("SELECT * FROM test.totals ORDER BY event_date").to_pylist()
    return [(row["event_date"].day, row["users"], row["score"]) for row in found]


def test_a_daily_model_is_built_for_its_window_only(engine: DuckDBEngine):
    written = engine.run(DAILY, window(1, 2))

    assert totals(engine) == [(1, 2, 21.0), (2, 1, 20.0)]
    assert (written.table, written.rows, written.versions) == ("test.totals", 2, {TABLE: 1})


def test_the_same_bytes_come_out_however_the_window_is_cut_and_ordered(engine: DuckDBEngine):
    engine.run(DAILY, window(1, 3))
    at_once = content(engine.lake, DAILY.name)

    for piece in (window(3), window(1, 2), window(2)):
        engine.run(DAILY, piece)

    assert content(engine.lake, DAILY.name) == at_once
    assert len(at_once) == 3


def test_a_long_window_is_computed_in_slices_and_committed_once(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("analytics_platform.lakehouse.duckdb_engine.SLICE_DAYS", 1)
    engine.run(DAILY, window(1, 3))

    assert totals(engine) == [(1, 2, 21.0), (2, 1, 20.0), (3, 1, 30.0)]
    assert engine.lake.open(DAILY.name).version() == 1


def test_a_daily_model_without_window_is_refused(engine: DuckDBEngine):
    with pytest.raises(AnalyticsError, match=r"test\.totals is built by day: give a window"):
        engine.run(DAILY)


def test_a_whole_model_is_replaced_whole_in_the_order_of_its_key(engine: DuckDBEngine):
    engine.run(WHOLE)
    write(engine.lake, 1, 99)
    engine.run(WHOLE)

    assert engine.lake.scan(WHOLE.name).collect().rows() == [(1, 99.0)]


def test_a_table_keeps_the_comments_of_its_columns(engine: DuckDBEngine):
    engine.run(DAILY, window(1))

    schema = engine.lake.snapshot([DAILY.name]).tables[DAILY.name].schema
    assert (schema.field("users").metadata or {}).get(b"comment") == b"Users that day."


def test_a_failed_model_leaves_the_old_version(engine: DuckDBEngine):
    engine.run(DAILY, window(1, 3))
    broken = DAILY.with_sql(DAILY.sql.replace("sum(score)", "error('planted')::double"))

    with pytest.raises(AnalyticsError, match=r"test\.totals: Invalid Input Error: planted"):
        engine.run(broken, window(1, 3))

    assert totals(engine) == [(1, 2, 21.0), (2, 1, 20.0), (3, 1, 30.0)]


def test_a_type_that_the_lake_does_not_store_is_refused_by_column(engine: DuckDBEngine):
    narrow = WHOLE.with_sql(f"SELECT user_id, cast(1 AS integer) AS one FROM {TABLE}")

    with pytest.raises(AnalyticsError, match="column one has type INTEGER; cast it to one of BIGINT"):
        engine.run(narrow)


def test_a_missing_input_names_its_command(engine: DuckDBEngine):
    with pytest.raises(AnalyticsError, match=r"raw\.nothing is not in the lake .*analytics-platform run"):
        engine.query("SELECT * FROM raw.nothing")


def test_views_are_computed_on_reading_also_through_each_other(engine: DuckDBEngine):
    assert engine.query("SELECT score FROM test.best")["score"].to_pylist() == [30.0]
    assert engine.base_tables("SELECT * FROM test.best JOIN test.users ON true") == {TABLE, "test.users"}

    write(engine.lake, 3, 40)
    assert engine.query("SELECT score FROM test.best")["score"].to_pylist() == [40.0]


def test_a_query_reads_the_past(engine: DuckDBEngine):
    time.sleep(0.01)
    version, before = engine.lake.open(TABLE).version(), datetime.now(UTC)
    time.sleep(0.01)
    write(engine.lake, 1, 99)
    query = f"SELECT max(score) AS best FROM {TABLE}"

    for moment in (version, before):
        answer = engine.query(query, snapshot=engine.snapshot(query, moment))
        assert answer["best"].to_pylist() == [30.0]


def test_parameters_are_bound_not_formatted(engine: DuckDBEngine):
    answer = engine.query(
        f"SELECT count(*) AS n FROM {TABLE} WHERE plan = $plan", {"plan": "free' OR 'a'='a"}
    )

    assert answer["n"].to_pylist() == [0]


def test_days_come_back_as_dates_and_instants_in_utc(engine: DuckDBEngine):
    answer = engine.query(f"SELECT event_date, timestamptz '2025-01-01 12:00+02' AS at FROM {TABLE} LIMIT 1")

    assert answer.schema.field("event_date").type == pa.date32()
    assert answer["at"].to_pylist() == [datetime(2025, 1, 1, 10, tzinfo=UTC)]


def test_a_daily_table_without_any_row_answers_with_its_types(lake: Lake):
    lake.replace_days(TABLE, window(1), [], SCHEMA)

    answer = DuckDBEngine(lake).query(f"SELECT * FROM {TABLE}")

    assert answer.num_rows == 0
    assert answer.schema.types == SCHEMA.types


def test_old_files_answer_null_for_a_column_added_later(engine: DuckDBEngine):
    wider = SCHEMA.append(pa.field("country", pa.string()))
    engine.lake.replace_days(TABLE, window(4), [rows(4, 40, schema=wider)], wider)

    answer = engine.query(
        f"SELECT event_date, country FROM {TABLE} WHERE event_date <= $last", {"last": day(3)}
    )

    assert answer["country"].to_pylist() == [None] * 4


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("DROP TABLE test.scores", "Only a SELECT is answered"),
        ("SELECT 1 AS x; SELECT 2 AS x", "write one statement, not 2"),
        ("SELECT (1", "the SQL cannot be parsed"),
        (f"SELECT nope FROM {TABLE}", 'query: Binder Error: Referenced column "nope" not found'),
        (f"SELECT error('planted') AS x FROM {TABLE}", "query: Invalid Input Error: planted"),
    ],
)
def test_a_wrong_query_is_one_sentence(engine: DuckDBEngine, sql: str, sentence: str):
    with pytest.raises(AnalyticsError, match=sentence) as refused:
        engine.query(sql)

    assert "\n" not in str(refused.value)


def test_an_error_in_the_middle_of_a_stream_is_one_sentence(lake: Lake):
    lake.replace_days(TABLE, window(1), [rows(1, *[1.0] * 200_000)], SCHEMA)
    failing = f"SELECT CASE WHEN user_id = 150000 THEN error('planted') ELSE 'fine' END AS x FROM {TABLE}"

    with pytest.raises(AnalyticsError, match="planted") as refused:
        DuckDBEngine(lake).query(failing)

    assert "\n" not in str(refused.value)


def test_a_stream_hands_out_batches_while_it_is_open(engine: DuckDBEngine):
    with engine.stream(f"SELECT score FROM {TABLE} ORDER BY score") as batches:
        found = [score for batch in batches for score in batch["score"].to_pylist()]

    assert found == [10, 11, 20, 30]


def test_memory_threads_and_spill_folder_reach_the_connection(tmp_path: Path):
    with connector(connection_config("300MB", tmp_path / "spill", threads=1))() as connection:
        settings = dict(
            connection.execute(
                "SELECT name, value FROM duckdb_settings() WHERE name IN ('threads', 'temp_directory')"
            ).fetchall()
        )
        limit = connection.execute("SELECT current_setting('memory_limit')").fetchone()

    assert settings == {"threads": "1", "temp_directory": str(tmp_path / "spill")}
    assert limit == ("286.1 MiB",)


def test_work_beyond_the_memory_limit_spills_and_succeeds(lake: Lake, tmp_path: Path):
    write(lake, 1, 1.0)
    spill = tmp_path / "spill"
    engine = DuckDBEngine(lake, connect=connector(connection_config("120MB", spill, threads=1)))
    heavy = f"""
        SELECT count(*) AS n FROM (
            SELECT i, row_number() OVER (ORDER BY hash(i)) AS place
            FROM (SELECT unnest(range(3_000_000)) AS i FROM {TABLE})
        ) WHERE place > 0
    """

    with engine.stream(heavy) as batches:
        assert batches.read_all()["n"].to_pylist() == [3_000_000]


def test_connections_come_from_the_given_factory(lake: Lake):
    write(lake, 1, 10)
    opened = 0

    @contextmanager
    def counted() -> Generator[duckdb.DuckDBPyConnection]:
        nonlocal opened
        opened += 1
        with connector()() as connection:
            yield connection

    DuckDBEngine(lake, connect=counted).query(f"SELECT * FROM {TABLE}")

    assert opened == 1


def test_the_optimizer_that_fails_on_files_of_several_days_is_off(engine: DuckDBEngine):
    setting = engine.query("SELECT current_setting('disabled_optimizers') AS off")
    assert setting["off"].to_pylist() == ["join_filter_pushdown"]

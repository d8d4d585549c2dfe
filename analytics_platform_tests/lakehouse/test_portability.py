import pytest

from analytics_platform import activity, behaviour
from analytics_platform.lakehouse import Check, Model
from analytics_platform.lakehouse.portability import violations

MODELS = {**activity.MODELS, **behaviour.MODELS}
CHECKS = [*activity.CHECKS, *behaviour.CHECKS]


def found(sql: str) -> list[str]:
    return violations(Model("planted", sql, "A row.", ("k",)))


@pytest.mark.parametrize("name", MODELS)
def test_every_model_keeps_to_the_portable_subset(name: str):
    assert violations(MODELS[name]) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_keeps_to_the_portable_subset(check: Check):
    assert found(check.sql) == []


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT a.x FROM raw.a AS a ASOF JOIN raw.b AS b ON a.t >= b.t", "ASOF JOIN"),
        ("SELECT x FROM raw.a POSITIONAL JOIN raw.b", "POSITIONAL JOIN"),
        ("SELECT list_reduce(xs, (a, b) -> a + b) AS x FROM raw.a", "list_reduce()"),
        ("SELECT len(xs) AS x FROM raw.a", "len()"),
        ("SELECT x FROM raw.a UNION BY NAME SELECT x FROM raw.b", "UNION BY NAME"),
        ("SELECT x FROM raw.a UNION ALL BY NAME SELECT x FROM raw.b", "UNION BY NAME"),
        ("SELECT * FROM (PIVOT raw.a ON k USING sum(v))", "PIVOT"),
        ("SELECT * FROM raw.a UNPIVOT (v FOR k IN (a, b))", "PIVOT"),
        ("SELECT i FROM range(3) AS t (i)", "range()"),
        ("SELECT i FROM generate_series(1, 3) AS t (i)", "generate_series()"),
        ("SELECT unnest(generate_series(1, 3)) AS i", "generate_series()"),
        ("SELECT sum(x > 1) AS x FROM raw.a", "SUM(x > 1)"),
        ("SELECT sum(NOT x) AS x FROM raw.a", "SUM(NOT x)"),
        ("SELECT sum(is_active) AS x FROM raw.a", "SUM(is_active)"),
        ("SELECT quantile_cont(x, 0.5) AS x FROM raw.a", "quantile_cont()"),
        ("SELECT epoch_ms(t) AS x FROM raw.a", "epoch_ms()"),
        ("SELECT epoch(INTERVAL 1 DAY) AS x", "epoch()"),
        ("SELECT k, count(*) AS n FROM raw.a GROUP BY ALL", "GROUP BY ALL"),
        ("SELECT * EXCLUDE (k) FROM raw.a", "EXCLUDE"),
        ("SELECT * REPLACE (1 AS k) FROM raw.a", "REPLACE"),
        ("SELECT columns('x.*') FROM raw.a", "columns()"),
        ("SELECT row(x, y) AS x FROM raw.a", "row()"),
        ("SELECT jaccard(x, y) AS x FROM raw.a", "jaccard()"),
        ("SELECT n * INTERVAL 7 DAY AS x FROM raw.a", "INTERVAL with a constant"),
        ("SELECT a.k FROM raw.a AS a JOIN raw.b AS b USING (k)", "a.k"),
        ("SELECT a.* FROM raw.a AS a JOIN raw.b AS b USING (k)", "a.*"),
        ("SELECT sum(n) AS n FROM raw.a GROUP BY k HAVING min(n) > 2", "HAVING n"),
    ],
)
def test_a_construct_that_fails_elsewhere_is_named(sql: str, named: str):
    assert any(named in sentence for sentence in found(sql))


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT CAST(2.5 AS INT) AS x", "CAST(2.5 AS INT)"),
        ("SELECT CAST(x / nullif(y, 0) AS BIGINT) AS x FROM raw.a", "fractions"),
        ("SELECT CAST(avg(x) AS BIGINT) AS x FROM raw.a", "fractions"),
        ("SELECT CAST(sum(engagement_seconds) AS BIGINT) AS x FROM raw.a", "fractions"),
        ("SELECT cost_usd::INT AS x FROM raw.a", "fractions"),
        ("SELECT CAST(CAST(x AS DOUBLE) AS BIGINT) AS x FROM raw.a", "fractions"),
        ("SELECT isodow(d) AS x FROM raw.a", "isodow()"),
        ("SELECT extract(isodow FROM d) AS x FROM raw.a", "isodow"),
        ("SELECT date_part('dow', d) AS x FROM raw.a", "dow"),
        ("SELECT dayofweek(d) AS x FROM raw.a", "dayofweek()"),
        ("SELECT weekday(d) AS x FROM raw.a", "weekday()"),
        ("SELECT event_date - first_date AS x FROM raw.a", "date_diff"),
        ("SELECT max(event_date) - min(event_date) AS x FROM raw.a", "date_diff"),
        ("SELECT d - DATE '2025-01-01' AS x FROM raw.a", "date_diff"),
        ("SELECT received_at - event_time AS x FROM raw.a", "date_diff"),
        ("SELECT event_date + INTERVAL 1 DAY AS x FROM raw.a", "without INTERVAL"),
        ("SELECT epoch(t) AS x FROM raw.a", "epoch()"),
        ("SELECT extract(epoch FROM t) AS x FROM raw.a", "epoch"),
        ("SELECT date_diff('second', t, u) AS x FROM raw.a", "partial units"),
        ("SELECT date_diff('month', first_date, last_date) AS x FROM raw.a", "partial units"),
        ("SELECT date_diff('day', started_at, ended_at) AS x FROM raw.a", "partial units"),
        ("SELECT x / y AS x FROM raw.a", "nullif"),
        ("SELECT x / 0 AS x FROM raw.a", "nullif"),
        ("SELECT mode(x) AS x FROM raw.a", "mode()"),
        ("SELECT first(x) AS x FROM raw.a", "first()"),
        ("SELECT any_value(x) AS x FROM raw.a", "any_value()"),
        ("SELECT string_agg(x, ',') AS x FROM raw.a", "ORDER BY"),
        ("SELECT hash(x) AS x FROM raw.a", "hash()"),
        ("SELECT quantile(x, 0.5) AS x FROM raw.a", "quantile()"),
        ("SELECT x::UBIGINT AS x FROM raw.a", "UBIGINT"),
        ("SELECT CAST(t AS TIMESTAMP) AS x FROM raw.a", "TIMESTAMP"),
    ],
)
def test_a_construct_that_differs_silently_is_named(sql: str, named: str):
    assert any(named in sentence for sentence in found(sql))


@pytest.mark.parametrize(
    "call",
    [
        "now()",
        "random()",
        "uuid()",
        "current_date",
        "current_timestamp",
        "(SELECT x FROM raw.b USING SAMPLE 5)",
    ],
)
def test_what_differs_from_run_to_run_is_named(call: str):
    assert any("run to run" in sentence for sentence in found(f"SELECT {call} AS x FROM raw.a"))


@pytest.mark.parametrize(
    "select",
    [
        "event_date - 28 AS x",
        "CAST($first_day AS DATE) + n AS x",
        "event_time + INTERVAL 30 MINUTE AS x",
        "date_diff('day', first_date, event_date) AS x",
        "date_diff('second', date_trunc('second', a), date_trunc('second', b)) AS x",
        "CAST(sum(sessions) AS BIGINT) AS x",
        "CAST(round(engagement_seconds) AS BIGINT) AS x",
        "CAST(count(*) FILTER (WHERE engagement_seconds > 2.5) AS BIGINT) AS x",
        "CAST(sum(coalesce(n, 0)) OVER (ORDER BY event_date) AS BIGINT) AS x",
        "CAST(date_trunc('week', event_date) AS DATE) AS x",
        "CAST(x AS DOUBLE) / nullif(y, 0) AS x",
        "x % 7 AS x",
        "extract(hour FROM event_time) AS x",
        "array_length(xs) AS x",
        "length(name) AS x",
        "min_by(feature, {'time': event_time, 'id': event_id}) AS x",
        "string_agg(x, ',' ORDER BY x) AS x",
        "count(*) FILTER (WHERE is_active) AS x",
    ],
)
def test_portable_sql_passes(select: str):
    assert found(f"SELECT {select} FROM raw.a") == []


def test_joins_by_name_pass_when_the_columns_stand_alone():
    assert found("SELECT k, x FROM raw.a JOIN raw.b USING (k)") == []
    assert found("SELECT a.k FROM raw.a AS a JOIN raw.b AS b ON a.k = b.k") == []
    assert found("SELECT k, sum(n) AS total FROM raw.a GROUP BY k HAVING sum(n) > 2") == []


def test_a_sentence_names_the_model_and_is_said_once():
    sentences = found("SELECT len(a) AS x, len(b) AS y FROM raw.a")
    assert sentences == ["planted: len(): write array_length for lists, length for text"]

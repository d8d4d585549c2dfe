"""Journeys on random logs against a reading in plain Python, and checks with a fault planted for each."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.behaviour.funnels.funnel import Journeys
from analytics_platform.behaviour.journeys import CHECKS, JOURNEYS, MOVES, PATHS, ROUTES, journey_tables
from analytics_platform.lakehouse import Check, DuckDBEngine, Lake, Window
from analytics_platform.lakehouse.portability import violations
from analytics_platform_tests.behaviour.funnel_lake import FIRST, USERS, event, write
from analytics_platform_tests.raw_rows import Row

DAYS = Window(FIRST, FIRST + timedelta(days=29))
ASKED = Journeys(
    last_days=20,
    before=("trial_started", "quiz"),
    after=("signed_up", "quiz"),
    steps=2,
    window_days=3,
    away_days=4,
)
BEGIN = DAYS.last_day - timedelta(days=19)
SESSIONS = pa.schema(
    [
        ("user_id", pa.int64()),
        ("session_id", pa.int64()),
        ("started_at", pa.timestamp("us", tz="UTC")),
        ("ended_at", pa.timestamp("us", tz="UTC")),
        ("entry_feature", pa.string()),
        ("exit_feature", pa.string()),
        ("event_date", pa.date32()),
    ]
)
Move = tuple[str, str, int, str, str]


def _log(seed: int) -> list[Row]:
    draw, log = random.Random(seed), []
    for user in range(1, 41):
        day = draw.randrange(28)
        log.append(event(user, day * 86_400, None, "signed_up", session_id=user * 1000))
        while day < 30:
            at = day * 86_400 + draw.randrange(80_000)
            for _ in range(draw.choice((1, 1, 2, 4))):
                kind = draw.choice(
                    ("summarize", "quiz", "quiz", "chat", "rated", "paywall_viewed", "trial_started")
                )
                is_use = kind in ("summarize", "quiz", "chat")
                said = (kind, "feature_used") if is_use else (None, kind)
                log.append(event(user, at, *said, session_id=user * 1000 + day * 7))
                at += draw.choice((0, 60, 300))
            if draw.random() < 0.1:
                log.append(event(user, day * 86_400 + 86_000, None, "cancelled", session_id=None))
            day += draw.choice((1, 1, 2, 3, 6))
    return [row for row in log if row["event_date"] <= DAYS.last_day]


def _sessions(log: list[Row]) -> list[Row]:
    def whose(row: Row) -> tuple[date, int, int]:
        return row["event_date"], row["user_id"], row["session_id"]

    found = []
    for (day, user, session), events in groupby(
        sorted(
            (r for r in log if r["session_id"] is not None),
            key=lambda r: (*whose(r), r["event_time"], r["event_id"]),
        ),
        whose,
    ):
        rows = list(events)
        uses = [row["feature"] for row in rows if row["event_name"] == "feature_used"]
        found.append(
            {
                "user_id": user,
                "session_id": session,
                "started_at": rows[0]["event_time"],
                "ended_at": rows[-1]["event_time"],
                "entry_feature": uses[0] if uses else None,
                "exit_feature": uses[-1] if uses else None,
                "event_date": day,
            }
        )
    return found


def _write(root: Path, seed: int) -> tuple[Lake, list[Row]]:
    lake = Lake(root)
    log = write(lake, _log(seed), [], DAYS)
    sessions = pa.Table.from_pylist(_sessions(log), SESSIONS)
    lake.replace_days("activity.sessions", DAYS, [sessions], SESSIONS)
    firsts = {user: min(r["event_date"] for r in log if r["user_id"] == user) for user in range(1, 41)}
    people = lake.scan("activity.users").collect().to_dicts()
    schema = pa.schema([*USERS, ("first_seen_date", pa.date32())])
    known = [{**row, "first_seen_date": firsts[row["user_id"]]} for row in people]
    lake.replace("activity.users", [pa.Table.from_pylist(known, schema)], schema)
    return lake, log


def _node(row: Row) -> str:
    return row["feature"] if row["event_name"] == "feature_used" else row["event_name"]


def _ordered(log: list[Row]) -> list[Row]:
    return sorted(
        (r for r in log if r["event_name"] != "rated"), key=lambda r: (r["event_time"], r["event_id"])
    )


def _moves(log: list[Row]) -> Iterator[tuple[Move, int, float | None]]:
    """Every move with its user and seconds, by the definitions."""
    for user in range(1, 41):
        own = _ordered([row for row in log if row["user_id"] == user])
        yield from ((move, user, seconds) for move, seconds in _within(own))
        yield from (
            (move, user, seconds) for move, seconds in _between([r for r in log if r["user_id"] == user])
        )
        yield from ((move, user, seconds) for move, seconds in _around(own))


def _within(own: list[Row]) -> Iterator[tuple[Move, float | None]]:
    for session in {(r["event_date"], r["session_id"]) for r in own if r["session_id"] is not None}:
        rows = [r for r in own if (r["event_date"], r["session_id"]) == session]
        if session[0] < BEGIN:
            continue
        nodes = ["start", *map(_node, rows), "end"]
        for place, (left, entered) in enumerate(pairwise(nodes)):
            inner = 0 < place < len(rows)
            seconds = (
                (rows[place]["event_time"] - rows[place - 1]["event_time"]).total_seconds() if inner else None
            )
            yield ("within_session", "all", 0, left, entered), seconds


def _between(own: list[Row]) -> Iterator[tuple[Move, float | None]]:
    away = timedelta(days=ASKED.away_days)
    held = [row for row in _sessions(own) if row["entry_feature"] and row["event_date"] >= BEGIN - away]
    held.sort(key=lambda row: (row["started_at"], row["session_id"]))
    for place, row in enumerate(held):
        if row["event_date"] + away > DAYS.last_day:
            continue
        if place == 0 and row["event_date"] == min(r["event_date"] for r in own):
            yield ("between_sessions", "all", 0, "start", row["entry_feature"]), None
        after = held[place + 1] if place + 1 < len(held) else None
        if after and after["event_date"] <= row["event_date"] + away:
            seconds = (after["started_at"] - row["ended_at"]).total_seconds()
            yield ("between_sessions", "all", 0, row["exit_feature"], after["entry_feature"]), seconds
        else:
            yield ("between_sessions", "all", 0, row["exit_feature"], "end"), None


def _around(own: list[Row]) -> Iterator[tuple[Move, float | None]]:
    reach = timedelta(days=ASKED.window_days)
    own = [row for row in own if row["event_date"] >= BEGIN - reach]
    for place, row in enumerate(own):
        node, day = _node(row), row["event_date"]
        if node in ASKED.before and day >= max(BEGIN, FIRST + reach):
            for back in range(ASKED.steps):
                to, at = own[place - back], place - back - 1
                if at < 0 or own[at]["event_date"] < day - reach:
                    yield ("before_event", node, -back - 1, "start", _node(to)), None
                    break
                seconds = (to["event_time"] - own[at]["event_time"]).total_seconds()
                yield ("before_event", node, -back - 1, _node(own[at]), _node(to)), seconds
        if node in ASKED.after and day + reach <= DAYS.last_day:
            for ahead in range(ASKED.steps):
                left, at = own[place + ahead], place + ahead + 1
                if at >= len(own) or own[at]["event_date"] > day + reach:
                    yield ("after_event", node, ahead, _node(left), "end"), None
                    break
                seconds = (own[at]["event_time"] - left["event_time"]).total_seconds()
                yield ("after_event", node, ahead, _node(left), _node(own[at])), seconds


def _base(move: Move) -> tuple[object, ...]:
    """What the probability of a move is a share of."""
    return (*move[:3], move[4] if move[0] == "before_event" else move[3])


@pytest.mark.parametrize("seed", [1, 2])
def test_every_move_is_counted_as_by_hand(tmp_path: Path, seed: int):
    lake, log = _write(tmp_path / "lake", seed)
    rows = journey_tables(DuckDBEngine(lake), ASKED, DAYS)[JOURNEYS].to_pylist()
    expected = list(_moves(log))
    roles = {"all": lambda _: True, "teacher": lambda u: u % 3 == 0, "student": lambda u: u % 3 != 0}
    for role, has_role in roles.items():
        mine = [(move, user, seconds) for move, user, seconds in expected if has_role(user)]
        counts = Counter(move for move, _, _ in mine)
        found = {
            tuple(row[name] for name in ("scope", "anchor", "position", "from_node", "to_node")): row
            for row in rows
            if row["role"] == role
        }
        assert {move: row["transitions"] for move, row in found.items()} == dict(counts)
        for move, row in found.items():
            assert row["users"] == len({user for each, user, _ in mine if each == move})
            left = [user for each, user, _ in mine if _base(each) == _base(move)]
            assert (row["base_transitions"], row["base_users"]) == (len(left), len(set(left)))
            took = [seconds for each, _, seconds in mine if each == move and seconds is not None]
            assert row["median_seconds"] == (pytest.approx(median(took)) if took else None)
            if row["base_users"] >= 10:
                assert row["probability"] == counts[move] / len(left)
                assert row["probability_low"] <= row["probability"] + 1e-12
                assert row["probability"] <= row["probability_high"] + 1e-12
            else:
                assert row["probability"] is None
                assert row["reason"].startswith("too few")


def test_an_interval_is_as_wide_as_users_differ(tmp_path: Path):
    """Of users who each have a way of their own, the standard error is that of the users' bootstrap."""
    draw, log, share = random.Random(7), [], {}
    for user in range(1, 201):
        share[user] = draw.betavariate(1, 1)
        for number in range(20):
            at = 25 * 86_400 + number * 3_600
            log.append(event(user, at, "quiz", session_id=user * 100 + number))
            feature = "chat" if draw.random() < share[user] else "explain"
            log.append(event(user, at + 60, feature, session_id=user * 100 + number))
    lake = Lake(tmp_path / "lake")
    log = write(lake, log, [], DAYS)
    lake.replace_days("activity.sessions", DAYS, [pa.Table.from_pylist(_sessions(log), SESSIONS)], SESSIONS)
    people = lake.scan("activity.users").collect().with_columns(first_seen_date=pl.lit(FIRST)).to_dicts()
    schema = pa.schema([*USERS, ("first_seen_date", pa.date32())])
    lake.replace("activity.users", [pa.Table.from_pylist(people, schema)], schema)
    rows = journey_tables(DuckDBEngine(lake), ASKED, DAYS)[JOURNEYS].to_pylist()
    row = next(
        r
        for r in rows
        if (r["scope"], r["role"], r["from_node"], r["to_node"]) == ("within_session", "all", "quiz", "chat")
    )
    went = Counter(r["user_id"] for r in log if r["feature"] == "chat")
    shares = np.array([went[user] / 20 for user in range(1, 201)])
    resampled = np.random.default_rng(1).choice(shares, (4_000, 200)).mean(1)
    width = row["probability_high"] - row["probability_low"]
    assert width == pytest.approx(2 * 1.96 * resampled.std(), rel=0.06)


def test_paths_are_the_first_nodes_of_sessions(tmp_path: Path):
    lake, log = _write(tmp_path / "lake", 1)
    rows = journey_tables(DuckDBEngine(lake), ASKED, DAYS)[PATHS].to_pylist()
    counts: Counter[str] = Counter()
    for _, events in groupby(
        sorted(
            (r for r in _ordered(log) if r["session_id"] is not None and r["event_date"] >= BEGIN),
            key=lambda r: (r["event_date"], r["user_id"], r["session_id"]),
        ),
        lambda r: (r["event_date"], r["user_id"], r["session_id"]),
    ):
        nodes = [name for name, _ in groupby(map(_node, events))]
        counts[" → ".join([*nodes[:3], "…" if len(nodes) > 3 else "end"])] += 1
    told = [row for row in rows if row["role"] == "all"]
    assert {row["path"]: row["sessions"] for row in told} == dict(counts.most_common()) | {} or len(
        counts
    ) > 50
    assert all(counts[row["path"]] == row["sessions"] for row in told)
    assert [row["rank"] for row in told] == list(range(1, len(told) + 1))
    assert told[0]["share"] == told[0]["sessions"] / counts.total()


def test_a_log_without_sessions_or_anchors_has_only_what_it_tells(tmp_path: Path):
    lake, _ = _write(tmp_path / "lake", 1)
    tables = journey_tables(DuckDBEngine(lake), Journeys.model_validate({"last_days": 5}), DAYS)
    assert {row["scope"] for row in tables[JOURNEYS].to_pylist()} <= {"within_session", "between_sessions"}


@pytest.mark.parametrize("model", [MOVES, ROUTES], ids=lambda model: model.name)
def test_the_statements_are_portable(model: object):
    assert violations(model) == []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake, _ = _write(tmp_path_factory.mktemp("journeys") / "lake", 1)
    for table, rows in journey_tables(DuckDBEngine(lake), ASKED, DAYS).items():
        lake.replace(table, [rows], rows.schema)
    return lake


is_quiz = pl.col("to_node") == "quiz"
PLANTED = [
    (JOURNEYS, "unique_key", None),
    (PATHS, "unique_key", None),
    (JOURNEYS, "probabilities_sum_to_one", (pl.col("probability") * 0.9).alias("probability")),
    (JOURNEYS, "probabilities_sum_to_one", (pl.col("transitions") + is_quiz).alias("transitions")),
    (JOURNEYS, "what_enters_a_node_leaves_it", (pl.col("transitions") + is_quiz).alias("transitions")),
    (JOURNEYS, "roles_add_up", pl.col("transitions") + (pl.col("role") == "teacher")),
    (PATHS, "paths_are_ranked", (pl.col("sessions") + pl.col("rank")).alias("sessions")),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_is_quiet_on_what_was_built(built: Lake, check: Check):
    assert check.run(DuckDBEngine(built), DAYS).examples() == []


@pytest.mark.parametrize(("table", "name", "edit"), PLANTED)
def test_a_planted_fault_is_found(built: Lake, table: str, name: str, edit: pl.Expr | None):
    before, schema = built.scan(table).collect(), built.snapshot([table]).tables[table].schema
    after = pl.concat([before, before[:1]]) if edit is None else before.with_columns(edit)
    try:
        built.replace(table, [after.to_arrow().cast(schema)], schema)
        check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
        assert not check.run(DuckDBEngine(built), DAYS).passed
    finally:
        built.replace(table, [before.to_arrow().cast(schema)], schema)


def test_every_check_has_a_planted_fault():
    assert {(check.table, check.name) for check in CHECKS} == {(table, name) for table, name, _ in PLANTED}

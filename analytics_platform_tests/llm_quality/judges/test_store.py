"""What paid judges remember, also with several runs at once and after one was killed."""

import multiprocessing
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import Verdict
from analytics_platform.llm_quality.judges.store import VerdictStore

BUDGET = 1.0
CENT = 0.02


@pytest.fixture
def store(tmp_path: Path) -> VerdictStore:
    return VerdictStore(tmp_path / "deep" / "lake.judge.sqlite")


def test_a_settled_verdict_comes_back_as_it_was_but_cached(store: VerdictStore):
    kept = Verdict("ok", "unsupported 1", score=1.0, probability=0.8, rationale="é", cost_usd=0.1, key="a")
    store.keep("j", kept)
    store.keep("j", Verdict("refused", "unsupported 1", key="b"))

    found = store.recall(["a", "b", "c", "a"])

    assert found.keys() == {"a", "b"}
    assert found["a"].is_cached
    assert (found["a"].score, found["a"].probability, found["a"].rationale) == (1.0, 0.8, "é")


@pytest.mark.parametrize("status", ["failed", "over_budget"])
def test_what_may_go_better_next_time_is_not_kept(store: VerdictStore, status: str):
    store.keep("j", Verdict(status, "unsupported 1", key="a"))  # pyright: ignore[reportArgumentType]

    assert store.recall(["a"]) == {}


def test_the_first_verdict_of_a_key_stays(store: VerdictStore):
    for score in (1.0, 0.0):
        store.keep("j", Verdict("ok", "unsupported 1", score=score, key="a"))

    assert store.recall(["a"])["a"].score == 1.0


def test_many_keys_are_found_in_parts(store: VerdictStore):
    store.keep("j", Verdict("ok", "unsupported 1", score=1.0, key="k1700"))

    assert store.recall(f"k{number}" for number in range(2000)).keys() == {"k1700"}


def test_a_budget_counts_what_is_set_aside_until_it_is_settled(store: VerdictStore):
    first = store.reserve("j", "a", 0.6, "p", BUDGET)
    assert first is not None
    assert store.reserve("j", "b", 0.6, "p", BUDGET) is None

    store.settle(first, 10, 5, 0.2)
    assert store.reserve("k", "b", 0.6, "p", BUDGET) is not None

    ours, other = store.spendings()
    assert (ours.judge, ours.requests, ours.input_tokens, ours.output_tokens) == ("j", 1, 10, 5)
    assert (ours.cost_usd, other.cost_usd) == (0.2, 0.6)
    assert ours.spent_date == datetime.now(UTC).date()


def test_yesterday_s_spending_does_not_count_today(store: VerdictStore):
    store.reserve("j", "a", 1.0, "p", BUDGET)
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE requests SET spent_date = '2026-01-01'")
    connection.close()

    assert store.reserve("j", "b", 1.0, "p", BUDGET) is not None
    assert str(store.spendings()[0].spent_date) == "2026-01-01"


def _spend(path: Path, name: str) -> None:
    """Set aside cents until the budget is used up, and remember a verdict for each."""
    store = VerdictStore(path)
    number = 0
    while (request := store.reserve(name, f"{name}{number}", CENT, "p", BUDGET)) is not None:
        store.settle(request, 1, 1, CENT)
        store.keep(name, Verdict("ok", "unsupported 1", score=1.0, key=f"{name}{number}"))
        number += 1


def test_runs_at_the_same_time_share_a_budget_and_lose_nothing(store: VerdictStore):
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_spend, args=(store.path, name)) for name in ("a", "b")]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)

    assert [run.exitcode for run in runs] == [0, 0]
    spendings = store.spendings()
    requests = sum(spending.requests for spending in spendings)
    assert requests in {49, 50}  # cents do not add up exactly
    assert sum(spending.cost_usd for spending in spendings) <= BUDGET
    keys = [f"{name}{number}" for name in "ab" for number in range(100)]
    assert len(store.recall(keys)) == requests


def test_a_file_that_is_none_is_named(tmp_path: Path):
    path = tmp_path / "lake.judge.sqlite"
    path.write_text("this is no database, and long enough to be seen as none" * 100)

    with pytest.raises(AnalyticsError, match=r"lake\.judge\.sqlite: what judges remember cannot be used"):
        VerdictStore(path).recall(["a"])

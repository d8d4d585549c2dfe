"""Which results of a check are news."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.alerts import CheckResult, CheckState, changes

MONDAY, TUESDAY = "2025-09-01", "2025-09-02"


def result(*days: str, passed: bool = False, is_error: bool = True) -> CheckResult:
    return CheckResult("raw.events", "contract", passed, is_error, "It holds.", days, "run-1")


GOOD = result(passed=True)
BAD = result(MONDAY)
WARNING = result(is_error=False)


@pytest.mark.parametrize(
    ("results", "news"),
    [
        ([], []),
        ([GOOD], []),
        ([GOOD, GOOD], []),
        ([BAD], ["failed"]),
        ([BAD, BAD], ["failed"]),
        ([BAD, GOOD], ["failed", "recovered"]),
        ([BAD, GOOD, BAD], ["failed", "recovered", "failed"]),
        ([WARNING], ["failed"]),
        ([WARNING, WARNING, GOOD], ["failed", "recovered"]),
        ([WARNING, result()], ["failed", "failed"]),
        ([result(), WARNING], ["failed"]),
        ([BAD, result(MONDAY, TUESDAY)], ["failed", "failed"]),
        ([result(MONDAY, TUESDAY), BAD], ["failed"]),
        ([result(MONDAY, is_error=False), BAD], ["failed"]),
        ([BAD, result(TUESDAY)], ["failed", "failed"]),
    ],
)
def test_only_a_change_is_news(results: list[CheckResult], news: list[str]) -> None:
    assert [kind for kind, _ in changes(CheckState(), results)[1]] == news


def test_the_state_is_what_the_newest_result_says() -> None:
    state, _ = changes(CheckState(), [GOOD, result(MONDAY, TUESDAY)])
    assert state == CheckState(is_failing=True, is_error=True, failing_days=frozenset({MONDAY, TUESDAY}))
    assert changes(state, [GOOD])[0] == CheckState()


RESULTS = st.lists(
    st.builds(
        lambda days, is_error: result(*sorted(days), passed=not days, is_error=is_error),
        st.sets(st.sampled_from([MONDAY, TUESDAY])),
        st.booleans(),
    )
)


@given(RESULTS, st.integers(0, 20))
def test_news_do_not_depend_on_how_often_one_looks(results: list[CheckResult], cut: int) -> None:
    at_once = changes(CheckState(), results)
    state, early = changes(CheckState(), results[:cut])
    state, late = changes(state, results[cut:])
    assert (state, early + late) == at_once


@given(RESULTS)
def test_whoever_reads_the_news_knows_the_state(results: list[CheckResult]) -> None:
    state, news = changes(CheckState(), results)
    told = news[-1][0] == "failed" if news else False
    assert told == state.is_failing

"""Which results of a check are news: it began to fail, failed worse or on more days, or recovered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

News = Literal["failed", "recovered"]


@dataclass(frozen=True)
class CheckResult:
    """One result of a check, as it was recorded.

    Attributes:
        table: `schema.table` it is about.
        name: of the check.
        passed: whether it found nothing.
        is_error: whether a failure is an error rather than a warning.
        description: the claim, or what was found.
        failing_days: reporting days found wrong, ISO dates in order; none where the check knows no days.
        run_id: the run that recorded it.
    """

    table: str
    name: str
    passed: bool
    is_error: bool
    description: str
    failing_days: tuple[str, ...]
    run_id: str


@dataclass(frozen=True)
class CheckState:
    """What people were last told of a check.

    Attributes:
        is_failing: whether it failed.
        is_error: whether as an error.
        failing_days: on which days.
    """

    is_failing: bool = False
    is_error: bool = False
    failing_days: frozenset[str] = frozenset()


def changes(
    state: CheckState, results: Iterable[CheckResult]
) -> tuple[CheckState, list[tuple[News, CheckResult]]]:
    """Fold results, oldest first, into what people know and what they must be told.

    Args:
        state: what they were told before.
        results: results of one check since then, in the order in which they were recorded.

    Returns:
        What they will know, and the news that brings them there: none while a failure stays as it was.
    """
    news: list[tuple[News, CheckResult]] = []
    for result in results:
        if result.passed and state.is_failing:
            news.append(("recovered", result))
        elif not result.passed and _is_worse(state, result):
            news.append(("failed", result))
        state = CheckState(
            not result.passed, not result.passed and result.is_error, frozenset(result.failing_days)
        )
    return state, news


def _is_worse(state: CheckState, result: CheckResult) -> bool:
    if not state.is_failing:
        return True
    if result.failing_days:
        # A run over other days repeats the days found before as a warning: severity is no news here.
        return not state.failing_days.issuperset(result.failing_days)
    return result.is_error and not state.is_error

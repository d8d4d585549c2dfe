from typing import Any

from analytics_platform_tests.dashboards.llm import quality_lake
from dashboards.llm import sources
from dashboards.llm import version_parts as parts

ROWS = quality_lake.rows_of(sources.VERSIONS)


def judged(verdict: str) -> list[dict[str, Any]]:
    return [{**row, "verdict": verdict} for row in ROWS]


def test_the_headline_tells_the_worse_first():
    assert parts.headline(ROWS) == (
        "tutor-2 against tutor-1: worse on latency p95; better on unsupported claims"
    )
    assert parts.headline(judged("no difference shown")).endswith(": no difference shown")
    assert parts.headline(judged("too few")).endswith(": too few answers to compare")


def test_regressions_come_first_with_differences_in_their_unit():
    rows = parts.forest_rows(ROWS)
    assert [(row.label, row.tone, row.text) for row in rows] == [
        ("Latency p95", "bad", "+1.00 s (+0.90 to +1.10)"),
        ("Unsupported", "good", "-6.0 pp (-11.0 to -1.0)"),
        ("Mean rating", "noise", "+0.05 (-0.02 to +0.12)"),
        ("Failures", "noise", "too few"),
    ]
    assert rows[0].interval is not None
    assert round(rows[0].interval.high, 3) == 0.22
    assert rows[3].interval is None


def test_the_subtitle_says_how_many_stand_behind_it_and_that_nothing_is_adjusted():
    told = parts.subtitle(ROWS)
    assert "days on which both answered" in told
    assert "n before and after: 300 and 280 labels, 300 and 280 users" in told
    assert "not adjusted for looking at several" in told


def test_pairs_of_models_come_first_the_newest_release_first():
    older = [{**row, "from_version": "tutor-0", "last_date": quality_lake.FIRST} for row in ROWS]
    prompts = [
        {**row, "kind": "prompt", "from_version": "prompt-1", "to_version": "prompt-2"} for row in ROWS
    ]
    assert list(parts.pairs([*prompts, *older, *ROWS])) == [
        "tutor-1 → tutor-2", "tutor-0 → tutor-2", "prompt-1 → prompt-2",
    ]  # fmt: skip


def test_badges_count_the_verdicts():
    told = parts.badges(ROWS)
    assert told.startswith(f"{parts.BADGES['regression']} 1 {parts.BADGES['improvement']} 1")
    assert parts.badges(judged("too few")) == ":gray-badge[too few] 4"


def test_the_table_names_values_verdicts_and_n():
    first = parts.table(ROWS)[0]
    assert (first["before"], first["after"], first["verdict"]) == ("5.00 s", "6.00 s", "regression")
    assert (first["good"], first["n before"]) == ("less", "300 users")
    assert parts.value(None, "share") == "none"
    assert parts.words({**ROWS[0], "unit": "USD", "difference": 0.0005, "low": 0.0004, "high": 0.0006}) == (
        "+0.500 $/1,000 (+0.400 to +0.600)"
    )

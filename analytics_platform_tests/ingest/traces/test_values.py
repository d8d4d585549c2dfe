from datetime import UTC, datetime

import pytest

from analytics_platform.ingest.traces.values import as_text, dig, named_prompt, node

RECORD = {
    "a": {"b.c": 1},
    "a.b": {"d": 2},
    "text": '{"e": {"f": 3}}',
    "pairs": [{"key": "g", "value": 4}],
    "n": None,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a.b.c", 1),
        ("a.b.d", 2),
        ("text.e.f", 3),
        ("pairs.g", 4),
        ("n", None),
        ("a.x", None),
        ("a.b.c.d", None),
    ],
)
def test_a_name_finds_a_field_whatever_dots_keys_hold(name: str, value: object):
    assert dig(RECORD, name) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        (float("nan"), None),
        (float("inf"), "inf"),
        (True, "true"),
        (3.0, "3"),
        (0.5, "0.5"),
        (2**63, str(2**63)),
        ("half \ud83d", "half ?"),
        (datetime(2025, 5, 1, 9, tzinfo=UTC), "2025-05-01T09:00:00+00:00"),
        ({"a": [1, "\u00e9"]}, '{"a": [1, "\u00e9"]}'),
    ],
)
def test_values_are_written_as_text(value: object, text: str | None):
    assert as_text(value) == text


def test_a_number_with_more_digits_than_python_writes_is_none():
    assert as_text(10**5_000) is None


def test_what_is_no_object_is_an_empty_one():
    assert [node(value) for value in (5, "x", "{broken", [1], None)] == [{}] * 5


def test_a_prompt_is_named_by_what_is_known():
    assert (named_prompt("a", 3), named_prompt("a", None), named_prompt("", 3)) == ("a:3", "a", "3")
    assert named_prompt(None, None) is None

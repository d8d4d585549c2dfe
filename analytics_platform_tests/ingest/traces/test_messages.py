import json
from typing import Any

import pytest

from analytics_platform.ingest.traces.messages import Conversation, read_messages

USER = ("user", "Hello.")


@pytest.mark.parametrize(
    "value",
    [
        "Hello.",
        {"role": "user", "content": "Hello."},
        [{"role": "user", "content": "Hello."}],
        json.dumps([{"role": "user", "content": "Hello."}]),
        {"messages": [{"role": "user", "content": "Hello."}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Hello."}, {"type": "image_url"}],
        },
        {"role": "user", "parts": [{"type": "text", "content": "Hello."}]},
        {"role": "user", "parts": [{"text": "Hello."}]},
        {"message.role": "user", "message.content": "Hello."},
        {"message": {"role": "user", "content": "Hello."}},
        [[{"role": "user", "content": "Hello."}]],
    ],
)
def test_a_message_is_read_in_every_form(value: object):
    assert read_messages(value, "user") == [USER]


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, {"role": "assistant", "content": None}])
def test_nothing_said_is_no_message(value: object):
    assert read_messages(value, "user") == []


def test_calls_of_tools_are_not_what_a_reader_saw():
    answer = {
        "role": "assistant",
        "parts": [
            {"type": "tool_call", "name": "search", "arguments": {}},
            {"type": "text", "content": "Found."},
        ],
    }
    assert read_messages(answer, "assistant") == [("assistant", "Found.")]
    assert read_messages({"role": "assistant", "parts": answer["parts"][:1]}, "assistant") == []


def test_an_object_of_another_kind_is_its_json():
    assert read_messages({"note": "Rivers.", "n": 1}, "user") == [("user", '{"note": "Rivers.", "n": 1}')]


def test_choices_are_several_answers_and_the_first_counts():
    choices = {"choices": [{"message": {"role": "assistant", "content": text}} for text in ("One.", "Two.")]}
    answered = read_messages(choices, "assistant")
    assert answered == [("assistant", "One."), ("assistant", "Two.")]
    assert Conversation([], answered).values()["messages.output"] == "One."


def test_a_mapping_finds_messages_by_role():
    asked = [("system", "Be brief."), ("user", "A."), ("assistant", "B."), ("user", "C.")]
    assert Conversation(asked, []).values() == {
        "messages.last_user": "C.",
        "messages.users": "A.\n\nC.",
        "messages.system": "Be brief.",
        "messages.all": "A.\n\nB.\n\nC.",
        "messages.output": None,
    }


def test_messages_nested_without_end_are_left():
    value: Any = "deep"
    for _ in range(500):
        value = [value]
    assert read_messages(value, "user") == []

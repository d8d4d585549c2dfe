"""The benchmark of signals on a few texts."""

import json
from pathlib import Path

from benchmarks.signals import ANSWER_WORDS, main, texts_of


def test_answers_have_the_length_asked_for():
    words = texts_of(None, 60)["output_text"].str.split(" ").list.len()
    assert len(words) > 10
    assert words.is_between(*ANSWER_WORDS).all()


def test_the_command_writes_json(tmp_path: Path):
    main(["--texts", "30", "--json", str(tmp_path / "found.json")])
    found = json.loads((tmp_path / "found.json").read_text())
    assert [cost["stage"] for cost in found] == ["first pass", "second pass"]
    assert all(cost["cpu_seconds"] > 0 and cost["peak_mib"] > 0 for cost in found)

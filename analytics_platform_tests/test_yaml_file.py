"""What people write in YAML: mistakes are sentences that name the place and the mend."""

from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.yaml_file import nearest, read_yaml


def test_a_name_nearly_known_is_offered_and_else_all_are():
    assert nearest("quizz", ("quiz", "chat")) == "did you mean 'quiz'?"
    assert nearest("zzz", ("quiz", "chat")) == "write one of quiz, chat"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"a: 1\na: 2\n", "the key 'a' stands twice"),
        (b"a: 2026-02-30\n", "2026-02-30 is no date"),
        (b"a: [\n", "is not valid YAML: line 2"),
        (b"\xff\xfe\xff", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused_with_its_place(tmp_path: Path, text: bytes, words: str):
    path = tmp_path / "file.yaml"
    path.write_bytes(text)
    with pytest.raises(AnalyticsError, match=words):
        read_yaml(path)

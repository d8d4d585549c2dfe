import re
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest import Mapping, TraceMapping, load_mapping, parse_any_mapping, parse_mapping
from analytics_platform_tests.ingest.small_files import MAPPING

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (MAPPING + "platfrom: web\n", "platfrom is not a key here; did you mean `platform`?"),
        (MAPPING + "colour: red\n", "colour is not a key here; remove it"),
        (
            MAPPING.replace("feature:", "featur:"),
            "events[0].featur is not a key here; did you mean `feature`?",
        ),
        (MAPPING.replace("user: {column: user}\n", ""), "user is missing"),
        (MAPPING + "user: {column: b}\n", "the key 'user' stands twice"),
        ("user: {column: [", "is not valid YAML at line 1, column"),
        ("- a\n- b\n", "the mapping: "),
        ("", "user is missing"),
    ],
)
def test_a_mistake_names_the_file_and_the_place(tmp_path: Path, wrong: str, sentence: str):
    file = tmp_path / "mine.yaml"
    file.write_text(wrong)
    with pytest.raises(AnalyticsError) as refused:
        load_mapping(file)
    message = str(refused.value)
    assert sentence in message
    assert str(file) in message
    assert "\n" not in message


def test_a_mapping_that_is_not_there_or_not_text_is_refused(tmp_path: Path):
    with pytest.raises(AnalyticsError, match=r"absent\.yaml cannot be read: No such file"):
        load_mapping(tmp_path / "absent.yaml")
    (tmp_path / "junk.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnalyticsError, match=r"junk\.yaml cannot be read: it is not UTF-8"):
        load_mapping(tmp_path / "junk.yaml")


def test_texts_are_taken_as_written():
    mapping = parse_mapping(MAPPING.replace("[ping]", "[yes, 007, 2024-01-01, null, 1.0]"), "m")
    assert mapping.ignore[0]["action"].is_in == ("yes", "007", "2024-01-01", "null", "1.0")


@pytest.mark.parametrize("name", ["moodle", "oulad_enrolments", "oulad_assessments"])
def test_the_examples_load(name: str):
    mapping = load_mapping(REPOSITORY / "examples" / "mappings" / f"{name}.yaml")
    assert isinstance(mapping, Mapping)
    assert mapping.events


def test_the_documented_mappings_load():
    text = (REPOSITORY / "docs" / "ingest.md").read_text()
    events, traces = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(parse_mapping(events, "docs/ingest.md").events) == 3
    mapping = parse_any_mapping(traces, "docs/ingest.md")
    assert isinstance(mapping, TraceMapping)
    assert (mapping.format, mapping.human_ratings is None) == ("langfuse", False)


def test_every_key_is_documented():
    text = (REPOSITORY / "docs" / "ingest.md").read_text()
    mapping = parse_mapping(MAPPING, "m")
    keys = {*type(mapping).model_fields, *type(mapping.events[0]).model_fields}
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.ingest import TraceFormat, default_mapping
from analytics_platform.ingest.traces import TRACE_FORMATS
from analytics_platform.ingest.traces.tables import READERS
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    write_text,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    RECORDED,
    REPOSITORY,
    ingested,
)


def documents(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


SOUND = {
    "otel": documents((REPOSITORY / "examples" / "traces" / "otel.json").read_text(encoding="utf-8")),
    "langfuse": [
        document
        for path in sorted(RECORDED.glob("langfuse_*"))
        for document in documents(path.read_text(encoding="utf-8"))
    ],
    "phoenix": [
        document
        for path in sorted(RECORDED.glob("phoenix_*"))
        for document in documents(path.read_text(encoding="utf-8"))
    ],
}


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """A document with keys left out, and values replaced by anything, at up to three places."""
    result = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = result
        parent: Any = None
        key: Any = None
        while isinstance(place, dict | list) and place and draw(st.integers(0, 5)):
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            parent, key = place, draw(st.sampled_from(keys))
            place = parent[key]
        if parent is None:
            return draw(JUNK)
        if draw(st.booleans()):
            del parent[key]
        else:
            parent[key] = draw(JUNK)
    return result


@pytest.mark.parametrize("trace_format", TRACE_FORMATS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_quarantined_or_told_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, trace_format: TraceFormat, data: st.DataObject
):
    folder = tmp_path_factory.mktemp("damaged")
    found = [data.draw(damaged(document)) for document in SOUND[trace_format]]
    path = write_text(folder / "export.jsonl", "\n".join(json.dumps(document) for document in found))
    lake = Lake(folder / "lake")
    try:
        summary = ingested(lake, path, trace_format)
    except AnalyticsError:  # not one line is an object
        assert not any(isinstance(document, dict | list) for document in found)
        return
    totals = summary.totals
    assert totals.rows == totals.kept + totals.quarantined + totals.ignored
    assert lake.scan("raw.quarantine").collect().height == totals.quarantined
    for name, contract in CONTRACTS.items():
        assert contract.violations(lake.scan(name)) == {}


@pytest.mark.parametrize("trace_format", TRACE_FORMATS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_every_name_of_a_damaged_record_is_text_or_nothing(trace_format: TraceFormat, data: st.DataObject):
    document = data.draw(damaged(data.draw(st.sampled_from(SOUND[trace_format]))))
    columns = default_mapping(trace_format).columns
    for record in READERS[trace_format](document):
        texts = [record.text(name) for name in (*columns, "metadata.grade.a", "span.name")]
        assert all(text is None or isinstance(text.encode(), bytes) for text in texts)
        assert record.kind in {"interactions", "human_ratings", "other"}


@pytest.mark.parametrize("trace_format", TRACE_FORMATS)
@given(document=JUNK)
def test_no_document_is_too_odd_for_a_reader(trace_format: TraceFormat, document: object):
    records = list(READERS[trace_format](document))
    assert records or document == []

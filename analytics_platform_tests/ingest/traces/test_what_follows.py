from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.derived_rows import build
from analytics_platform_tests.ingest.traces.trace_files import RECORDED, REPOSITORY, ingested

ACTIVITY = ("activity.events", "activity.sessions", "activity.user_days", "activity.users")
BEHAVIOUR = ("behaviour.feature_adoption_daily", "behaviour.kpi_daily")


@pytest.mark.parametrize(
    ("path", "trace_format", "people", "calls"),
    [
        (f"{REPOSITORY}/examples/traces/otel.json", "otel", 2, 3),
        (f"{RECORDED}/langfuse_[os]*.jsonl", "langfuse", 2, 2),
        (f"{RECORDED}/phoenix_*.jsonl", "phoenix", 2, 2),
    ],
)
def test_behaviour_is_built_from_traces_alone(
    tmp_path: Path, path: str, trace_format: str, people: int, calls: int
):
    lake = Lake(tmp_path / "lake")
    ingested(lake, path, trace_format)  # pyright: ignore[reportArgumentType]
    days = lake.days("raw.events")
    build(lake, Window(days[0], days[-1]), *ACTIVITY, *BEHAVIOUR)
    events = lake.scan("activity.events").collect()
    assert (events.height, events["interaction_id"].n_unique()) == (calls, calls)
    assert lake.scan("activity.users").collect().height == people
    kpis = lake.scan("behaviour.kpi_daily").collect()
    assert set(kpis["event_date"]) == set(events["event_date"])

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest import TraceFormat, default_mapping, parse_mapping
from analytics_platform.ingest.traces import TRACE_FORMATS
from analytics_platform_tests.ingest.traces.trace_files import RATINGS, TABLE, mapped


@pytest.mark.parametrize("trace_format", TRACE_FORMATS)
def test_every_format_has_a_mapping_of_its_own(trace_format: TraceFormat):
    mapping = default_mapping(trace_format)
    assert mapping.format == trace_format
    assert mapping.interactions is not None
    assert (mapping.human_ratings is None) == (trace_format == "otel")
    assert mapped("", trace_format) == mapped(f"kind: traces\nformat: {trace_format}") == mapping


def test_a_change_replaces_one_key():
    default = default_mapping("langfuse")
    changed = mapped("interactions: {user: nobody}\nhuman_ratings: {rater_group: teacher}", "langfuse")
    assert changed.interactions is not None
    assert default.interactions is not None
    assert changed.interactions.user.constant == "nobody"
    assert changed.interactions.model_dump(exclude={"user"}) == default.interactions.model_dump(
        exclude={"user"}
    )
    assert changed.sha256 != default.sha256


def test_another_way_to_say_a_thing_replaces_the_first():
    changes = "interactions: {latency: {column: latency}}\nhuman_ratings: {score: {column: string_value}}"
    mapping = mapped(changes, "langfuse")
    assert mapping.interactions is not None
    assert mapping.human_ratings is not None
    assert mapping.interactions.ended_at is None
    assert mapping.human_ratings.judged[0].score.column == "string_value"
    wide = "human_ratings: {criteria: [{criterion: helpful, score: {column: value}}]}"
    parts = mapped(wide, "langfuse").human_ratings
    assert parts is not None
    assert [judged.criterion.constant for judged in parts.judged] == ["helpful"]


def test_comments_and_layout_do_not_matter_to_the_hash():
    assert mapped(f"# why\n{TABLE}").sha256 == mapped(TABLE).sha256
    assert mapped(TABLE).sha256.startswith("traces:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: spans", "kind cannot be 'spans': it is one of events, interactions, human_ratings, traces"),
        ("kind: traces", "format cannot be None: it is one of otel, langfuse, phoenix"),
        ("kind: traces\nformat: zipkin", "format cannot be 'zipkin'"),
        (f"{TABLE}featur: quiz", "featur is not a key here; did you mean `feature`"),
        (TABLE.replace("user: {column: user}\n", ""), "user is missing"),
        (f"{TABLE}platform: fridge", "platform cannot be 'fridge'"),
        (
            TABLE.replace("{column: status}", "fine"),
            "status cannot be 'fine'",
        ),
        (f"{TABLE}ended_at: {{column: end}}", "give either `latency` or `ended_at`"),
        (f"{TABLE}events: some", "Input should be 'missing' or 'none'"),
        (RATINGS.replace("score: {column: score}", ""), "give `criterion` and `score`, or else `criteria`"),
        (f"{RATINGS}criteria: [{{criterion: a, score: {{column: b}}}}]", "give `criterion` and `score`"),
        ("kind: traces\nformat: otel\ninteractions: 5", "interactions holds keys"),
        ("kind: traces\nformat: otel\nratings: {}", "ratings is not a key here"),
    ],
)
def test_a_mistake_is_named(text: str, message: str):
    with pytest.raises(AnalyticsError, match=r"mapping\.yaml") as error:
        mapped(text)
    assert message in str(error.value)


def test_a_mapping_of_traces_is_none_of_events():
    with pytest.raises(AnalyticsError, match="a mapping of events is wanted here"):
        parse_mapping(TABLE, "mapping.yaml")

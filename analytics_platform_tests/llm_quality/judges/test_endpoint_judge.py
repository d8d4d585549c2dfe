"""A model behind an endpoint as judge, against a stub on this machine that misbehaves."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges import chat_endpoint
from analytics_platform.llm_quality.judges.chat_endpoint import Endpoint, seconds_to_wait
from analytics_platform.llm_quality.judges.endpoint_judge import (
    ATTEMPTS,
    REQUESTS_AT_ONCE,
    EndpointJudge,
)
from analytics_platform.llm_quality.judges.judge import Case
from analytics_platform.llm_quality.judges.prices import Price, Rate
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform.llm_quality.judges.store import VerdictStore
from analytics_platform_tests.llm_quality.judges.stub import (
    TOKENS,
    Canned,
    Script,
    Stub,
    chat,
    endpoint,
    in_turn,
    verdict,
)

KEY = "sk-very-secret-0123456789"
SOURCE = "Light travels at 299,792 km/s."
PRICE = Price(Rate(input=1.0, output=10.0), "test")
COST = PRICE.cost(*TOKENS)


@dataclass
class Waits:
    """Notes the seconds that a judge would have waited."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@dataclass
class Scene:
    """A judge before a stub."""

    judge: EndpointJudge
    stub: Stub
    waits: Waits


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Scene]:
    script: Script = request.param
    with endpoint(script) as stub:
        waits = Waits()
        where = Endpoint("stub", stub.url, KEY, 5.0)
        store = VerdictStore(tmp_path / "lake.judge.sqlite")
        yield Scene(EndpointJudge(where, load_rubrics(), PRICE, store, 10.0, waits), stub, waits)


def case(
    number: int = 1, output: str = "Light travels at 299,792 km/s.", criterion: str = "unsupported"
) -> Case:
    return Case.of(number, "summarize", SOURCE, output, criterion)


def with_script(*replies: Canned):
    return pytest.mark.parametrize("scene", [in_turn(*replies)], indirect=True)


@with_script(verdict(1, 0.75))
def test_a_reply_in_its_form_is_a_verdict_with_its_cost(scene: Scene):
    (found,) = scene.judge.score([case()])

    assert (found.status, found.score, found.probability, found.rationale) == ("ok", 1.0, 0.75, "Because.")
    assert (found.input_tokens, found.output_tokens) == TOKENS
    assert found.cost_usd == pytest.approx(1000 * 1.0 / 1e6 + 100 * 10.0 / 1e6)
    assert (found.price_version, found.attempts, found.is_cached, found.parse_status) == (
        "test",
        1,
        False,
        "parsed",
    )
    assert scene.judge.name == "openai/stub"


@with_script(verdict(probability=0.9), chat('{"rationale": "Good.", "score": 4}'))
def test_the_request_asks_for_structure_and_no_randomness(scene: Scene):
    found = [*scene.judge.score([case()]), *scene.judge.score([case(criterion="helpful")])]
    binary, ordinal = scene.stub.requests

    form = binary["response_format"]["json_schema"]
    assert binary["temperature"] == 0
    assert form["strict"] is True
    assert form["schema"]["properties"]["score"]["enum"] == [0, 1]
    assert ordinal["response_format"]["json_schema"]["schema"]["properties"]["score"]["enum"] == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert "probability" not in ordinal["response_format"]["json_schema"]["schema"]["properties"]
    assert [(each.score, each.probability) for each in found] == [(1.0, 0.9), (4.0, None)]


@with_script(
    Canned(status=429, headers={"Retry-After": "7.5"}),
    Canned(status=500, body=b"<html>"),
    chat('{"rationale": "cut', finish="length"),
    verdict(0, 0.1),
)
def test_a_busy_endpoint_is_asked_again_as_it_asks_and_a_cut_reply_gets_more_room(scene: Scene):
    (found,) = scene.judge.score([case()])

    assert (found.status, found.score, found.attempts) == ("ok", 0.0, 4)
    assert scene.waits.seconds[0] == 7.5
    assert 1 <= scene.waits.seconds[1] <= 2
    assert [asked["max_completion_tokens"] for asked in scene.stub.requests] == [800, 800, 800, 1600]
    # The cut reply was paid for as well.
    assert found.cost_usd == pytest.approx(2 * COST)
    assert (found.input_tokens, found.output_tokens) == (2 * TOKENS[0], 2 * TOKENS[1])


@pytest.mark.parametrize(
    ("scene", "parse_status", "reason"),
    [
        (in_turn(Canned(status=503)), "none", "HTTP 503"),
        (in_turn(Canned(b"certainly not JSON")), "none", "none of a chat endpoint"),
        (in_turn(Canned(b'{"id": "x", "cho')), "none", "none of a chat endpoint"),
        (in_turn(chat("I think it is fine.")), "malformed", "not JSON"),
        (in_turn(chat('{"rationale": "x", "score"')), "malformed", "not JSON"),
        (in_turn(chat('{"rationale": "x"', finish="length")), "truncated", "cut off"),
        (in_turn(verdict(7)), "invalid", "not on the scale"),
        (in_turn(verdict("1")), "invalid", "at score"),
        (in_turn(verdict(1, 1.5)), "invalid", "at probability"),
        (in_turn(verdict(1, None)), "invalid", "at probability"),
        (in_turn(verdict(comment="x")), "invalid", "at the object"),
        (in_turn(chat("[1]")), "invalid", "at the object"),
    ],
    indirect=["scene"],
)
def test_what_never_becomes_a_reply_in_its_form_is_missing_and_no_zero(
    scene: Scene, parse_status: str, reason: str
):
    (found,) = scene.judge.score([case()])

    assert (found.status, found.score, found.probability) == ("failed", None, None)
    assert found.attempts == len(scene.stub.requests) == ATTEMPTS
    assert found.parse_status == parse_status
    assert reason in str(found.reason)
    scene.judge.score([case()])
    assert len(scene.stub.requests) == 2 * ATTEMPTS


@with_script(Canned(delay_seconds=1.6), verdict())
def test_a_time_out_is_tried_again_and_booked_as_if_it_had_been_charged(scene: Scene):
    judge = replace(scene.judge, endpoint=replace(scene.judge.endpoint, timeout_seconds=0.8))

    (found,) = judge.score([case()])

    assert (found.status, found.attempts) == ("ok", len(scene.stub.requests))
    assert found.attempts > 1
    assert found.cost_usd is not None
    assert found.cost_usd > COST
    assert judge.store.spendings()[0].cost_usd == pytest.approx(found.cost_usd)


@with_script(verdict())
def test_an_endpoint_that_is_not_there_costs_nothing(scene: Scene):
    judge = replace(scene.judge, endpoint=replace(scene.judge.endpoint, base_url="http://127.0.0.1:9/v1"))

    (found,) = judge.score([case()])

    assert (found.status, found.attempts, found.cost_usd) == ("failed", ATTEMPTS, 0.0)
    assert "judge_base_url" in str(found.reason)
    assert judge.store.spendings()[0].cost_usd == 0.0


@with_script(Canned(status=429, headers={"Retry-After": "86400"}))
def test_an_endpoint_that_wants_a_day_s_rest_is_left_alone(scene: Scene):
    (found,) = scene.judge.score([case()])

    assert (found.status, found.attempts, scene.waits.seconds) == ("failed", 1, [])


@with_script(Canned(status=400, body=b'{"error": {"message": "context too long"}}'))
def test_a_request_that_is_wrong_in_itself_is_not_repeated(scene: Scene):
    (found,) = scene.judge.score([case()])

    assert (found.status, found.attempts, found.reason) == ("failed", 1, "HTTP 400")


@pytest.mark.parametrize(
    "scene",
    [in_turn(chat("", refusal="I cannot help.")), in_turn(chat("", finish="content_filter"))],
    indirect=True,
)
def test_a_refusal_is_no_score_and_is_remembered(scene: Scene):
    first, second = (scene.judge.score([case()])[0] for _ in range(2))

    assert (first.status, first.score, first.is_cached) == ("refused", None, False)
    assert (second.status, second.is_cached) == ("refused", True)
    assert len(scene.stub.requests) == 1


@with_script(verdict())
def test_a_verdict_is_remembered_and_equal_cases_are_asked_once(scene: Scene):
    first = scene.judge.score([case(1), case(2), case(3, output="Light is fast.")])
    again = scene.judge.score([case(4), case(5, output="Light is fast.")])

    assert len(scene.stub.requests) == 2
    assert [found.is_cached for found in first] == [False, True, False]
    assert [found.is_cached for found in again] == [True, True]
    assert replace(again[0], is_cached=False) == first[0]
    assert scene.judge.store.spendings()[0].cost_usd == pytest.approx(2 * COST)


@with_script(verdict())
def test_another_criterion_text_or_model_is_another_question(scene: Scene):
    other = replace(scene.judge, endpoint=replace(scene.judge.endpoint, model="stub-2"))
    scene.judge.score([case()])
    scene.judge.score([case(output="Light is slow.")])
    scene.judge.score([Case.of(1, "summarize", "Light is fast.", case().output_text, "unsupported")])
    other.score([case()])

    assert len(scene.stub.requests) == 4


@with_script(verdict())
def test_the_budget_stops_the_rest_and_nothing_is_lost(scene: Scene):
    cases = [case(number, output=f"Claim {number}.") for number in range(30)]
    # What is set aside for one request exceeds what it costs in the end.
    judge = replace(scene.judge, budget_usd=0.03)

    found = judge.score(cases)
    statuses = [each.status for each in found]
    paid = statuses.count("ok")

    assert 0 < paid < 30
    assert set(statuses) == {"ok", "over_budget"}
    assert all(each.score is None and each.attempts == 0 for each in found if each.status != "ok")
    assert sum(each.cost_usd or 0 for each in found) == pytest.approx(paid * COST)
    assert judge.store.spendings()[0].cost_usd <= 0.03
    assert "judge_daily_budget_usd" in str(next(each for each in found if each.status != "ok").reason)

    rest = scene.judge.score(cases)
    assert [each.status for each in rest] == ["ok"] * 30
    assert sum(each.is_cached for each in rest) == paid
    assert len(scene.stub.requests) == 30


@with_script(chat(json.dumps({"rationale": "x", "score": 0, "probability": 0.2}), tokens=None))
def test_a_reply_that_tells_no_tokens_costs_what_was_set_aside(scene: Scene):
    (found,) = scene.judge.score([case()])

    assert (found.status, found.input_tokens) == ("ok", 0)
    assert found.cost_usd is not None
    assert found.cost_usd > 800 * 10 / 1e6


@pytest.mark.parametrize(
    ("scene", "setting"),
    [
        (in_turn(Canned(status=401)), "judge_api_key"),
        (in_turn(Canned(status=403)), "judge_api_key"),
        (in_turn(Canned(status=404)), "judge_model"),
    ],
    indirect=["scene"],
)
def test_an_endpoint_that_refuses_everything_stops_the_run_by_name(scene: Scene, setting: str):
    with pytest.raises(AnalyticsError, match=setting) as refused:
        scene.judge.score([case(number, output=f"Claim {number}.") for number in range(3)])

    assert KEY not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "scene",
    [lambda number, _: verdict() if number < REQUESTS_AT_ONCE else Canned(status=401)],
    ids=["then refused"],
    indirect=True,
)
def test_what_was_judged_before_a_run_broke_is_remembered(scene: Scene):
    cases = [case(number, output=f"Claim {number}.") for number in range(3 * REQUESTS_AT_ONCE)]
    with pytest.raises(AnalyticsError, match="judge_api_key"):
        scene.judge.score(cases)

    keys = [key for each in cases if (key := scene.judge._key(each))]
    found = scene.judge.store.recall(keys)
    assert 1 <= len(found) <= REQUESTS_AT_ONCE
    assert all(each.status == "ok" and each.is_cached for each in found.values())


@pytest.mark.parametrize(
    "scene",
    [in_turn(Canned(status=400, body=f'{{"error": {{"message": "wrong key {KEY}"}}}}'.encode()), verdict())],
    indirect=True,
)
def test_the_key_goes_to_the_endpoint_and_nowhere_else(
    scene: Scene, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    with caplog.at_level(logging.DEBUG):
        found = scene.judge.score([case(1), case(2, output="Light is fast.")])

    assert {headers["authorization"] for headers in scene.stub.headers} == {f"Bearer {KEY}"}
    assert caplog.records
    for place in (caplog.text, str(found), repr(scene.judge), repr(scene.judge.endpoint)):
        assert KEY not in place
    assert KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def when_all_are_there(parties: int) -> Script:
    """Reply only once so many requests wait for it together."""
    barrier = threading.Barrier(parties, timeout=20)

    def reply(_number: int, _body: object) -> Canned:
        barrier.wait()
        return verdict()

    return reply


@pytest.mark.parametrize("scene", [when_all_are_there(REQUESTS_AT_ONCE)], ids=["together"], indirect=True)
def test_several_requests_are_on_their_way_at_once(scene: Scene):
    found = scene.judge.score([case(number, output=f"Claim {number}.") for number in range(REQUESTS_AT_ONCE)])

    assert [(each.status, each.attempts) for each in found] == [("ok", 1)] * REQUESTS_AT_ONCE


@with_script(verdict())
def test_a_notebook_s_running_loop_is_no_obstacle(scene: Scene):
    async def cell() -> str:
        return scene.judge.score([case()])[0].status

    assert asyncio.run(cell()) == "ok"


@with_script(verdict())
def test_a_thinking_model_gets_no_temperature(scene: Scene):
    judge = replace(scene.judge, endpoint=replace(scene.judge.endpoint, model="gpt-5-mini"))

    assert judge.score([case()])[0].status == "ok"
    assert "temperature" not in scene.stub.requests[0]


@with_script(verdict())
def test_what_no_rubric_fits_is_not_asked(scene: Scene):
    found = scene.judge.score(
        [
            case(criterion="funny"),
            Case.of(1, "summarize", None, "Light is fast.", "unsupported"),
            case(criterion="acceptable"),
        ]
    )

    assert [each.status for each in found] == ["failed"] * 3
    assert "no rubric for funny" in str(found[0].reason)
    assert "no source text" in str(found[1].reason)
    assert "judged of quiz only" in str(found[2].reason)
    assert scene.stub.requests == []


@with_script(verdict())
def test_without_the_extra_the_mend_is_named(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chat_endpoint, "find_spec", lambda _: None)

    with pytest.raises(AnalyticsError, match=r"pip install analytics-platform\[judge\]"):
        scene.judge.score([case()])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("3", 3.0), ("0.5", 0.5), ("-4", 0.0), ("soon", None), ("nan", None), ("inf", None)],
)
def test_seconds_to_wait_are_read_as_written(header: str | None, seconds: float | None):
    assert seconds_to_wait(header) == seconds


def test_a_date_to_wait_for_becomes_seconds():
    assert seconds_to_wait("Thu, 01 Jan 2015 00:00:00 GMT") == 0.0
    assert seconds_to_wait("Fri, 01 Jan 2100 00:00:00 GMT") == pytest.approx(4102444800 - time.time(), abs=60)

"""A language model behind an endpoint as judge: remembered, retried, and never beyond its budget."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, TypeVar

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.chat_endpoint import (
    Answer,
    Conversation,
    Endpoint,
    RequestError,
    check_installed,
)
from analytics_platform.llm_quality.judges.injection import is_suspected
from analytics_platform.llm_quality.judges.judge import Case, Verdict
from analytics_platform.llm_quality.judges.prices import Price
from analytics_platform.llm_quality.judges.prompt import Prompt, cache_key, prompt, reply_schema
from analytics_platform.llm_quality.judges.reply import parsed
from analytics_platform.llm_quality.judges.rubrics import Rubric, Rubrics
from analytics_platform.llm_quality.judges.sampling_parameters import ENDPOINT, PARAMETERS
from analytics_platform.llm_quality.judges.store import VerdictStore

ATTEMPTS = 4
REQUESTS_AT_ONCE = 4
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
BYTES_A_TOKEN = 3
"""Fewer than any tokeniser packs into a token of prose on average, so that what is set aside is enough."""

FORM_TOKENS = 200
"""Set aside for the schema and the frame of the messages."""

Sleep = Callable[[float], Awaitable[None]]
Result = TypeVar("Result")


@dataclass(frozen=True)
class EndpointJudge:
    """Asks a model; every settled verdict is remembered at once, and equal cases of a batch are asked once.

    Attributes:
        endpoint: where the model is.
        rubrics: what it is told.
        price: what its tokens cost.
        store: its memory and ledger.
        budget_usd: US dollars a day (UTC), over all runs that share the store.
        sleep: how to wait between attempts.
    """

    endpoint: Endpoint
    rubrics: Rubrics
    price: Price
    store: VerdictStore
    budget_usd: float
    sleep: Sleep = asyncio.sleep

    @property
    def name(self) -> str:
        return f"{ENDPOINT}{self.endpoint.model}"

    @property
    def rubric_version(self) -> str:
        return self.rubrics.version

    @property
    def criteria(self) -> frozenset[str]:
        return frozenset(self.rubrics)

    def score(self, batch: Sequence[Case]) -> list[Verdict]:
        """Judge a batch, from memory where possible.

        Raises:
            AnalyticsError: the extra is missing, the endpoint refuses key, model or address, or the store
                cannot be used. What was judged until then is remembered.
        """
        keys = [self._key(case) for case in batch]
        known = self.store.recall(key for key in keys if key is not None)
        fresh: dict[str, Case] = {}
        for key, case in zip(keys, batch, strict=True):
            if key is not None and key not in known:
                fresh.setdefault(key, case)
        asked = _run(self._all(fresh)) if fresh else {}
        return [
            self._found(case, key, known, asked, is_first=key is not None and fresh.get(key) is case)
            for key, case in zip(keys, batch, strict=True)
        ]

    def _key(self, case: Case) -> str | None:
        if self.rubrics.obstacle(case):
            return None
        return cache_key(self.endpoint.model, case, self.rubrics[case.criterion], PARAMETERS)

    def _found(
        self,
        case: Case,
        key: str | None,
        known: dict[str, Verdict],
        asked: dict[str, Verdict],
        *,
        is_first: bool,
    ) -> Verdict:
        if key is None:
            return Verdict("failed", self.rubric_version, reason=self.rubrics.obstacle(case))
        if key in known:
            # The patterns may have grown since it was remembered.
            return replace(
                known[key], is_injection_suspected=is_suspected(case.source_text, case.output_text)
            )
        return asked[key] if is_first else asked[key].remembered()

    async def _all(self, cases: dict[str, Case]) -> dict[str, Verdict]:
        check_installed()
        gate = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async with self.endpoint.opened() as conversation:

            async def one(key: str, case: Case) -> Verdict:
                async with gate:
                    verdict = await _Attempts(self, conversation, case, key).verdict()
                    self.store.keep(self.name, verdict)
                return verdict

            tasks = [asyncio.create_task(one(key, case)) for key, case in cases.items()]
            try:
                found = await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
        return dict(zip(cases, found, strict=True))


@dataclass
class _Attempts:
    """The requests about one case, and what they add up to."""

    judge: EndpointJudge
    conversation: Conversation
    case: Case
    key: str
    so_far: Verdict = field(init=False)
    max_tokens: int = PARAMETERS["max_tokens"]
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.so_far = Verdict(
            "failed",
            self.rubric.label,
            is_injection_suspected=is_suspected(self.case.source_text, self.case.output_text),
            cost_usd=0.0,
            price_version=self.judge.price.version,
            key=self.key,
        )

    @property
    def rubric(self) -> Rubric:
        return self.judge.rubrics[self.case.criterion]

    async def verdict(self) -> Verdict:
        """Ask until there is a verdict, the attempts are used up or the budget is."""
        wait: float | None = None
        for attempt in range(ATTEMPTS):
            if wait is not None:
                await self.judge.sleep(wait)
            wait = await self._attempt(attempt)
            self._note(latency_ms=round((time.monotonic() - self.started) * 1000))
            if wait is None:
                break
        return self.so_far

    async def _attempt(self, attempt: int) -> float | None:
        """Send one request; returns seconds to wait before the next, None where there is to be none."""
        # A mark of its own for each request: what one reply gave away is of no use for the next.
        asked = prompt(self.case, self.rubric)
        reserved = self._worst_cost(asked)
        request = self.judge.store.reserve(
            self.judge.name, self.key, reserved, self.judge.price.version, self.judge.budget_usd
        )
        if request is None:
            before = f" after: {self.so_far.reason}" if self.so_far.reason else ""
            reason = f"the day's budget is used up (setting judge_daily_budget_usd){before}"
            self._note(status="over_budget", reason=reason)
            return None
        self._note(attempts=self.so_far.attempts + 1)
        try:
            answer = await self.conversation.ask(
                asked, reply_schema(self.rubric), {**PARAMETERS, "max_tokens": self.max_tokens}
            )
        except AnalyticsError:
            self.judge.store.settle(request, 0, 0, 0.0)
            raise
        except RequestError as error:
            if error.may_be_billed:
                self._add_cost(reserved)
            else:
                self.judge.store.settle(request, 0, 0, 0.0)
            self._note(reason=error.reason)
            return _wait(attempt, error.retry_after) if error.is_transient else None
        self._book(request, reserved, answer)
        return self._read(answer, attempt)

    def _read(self, answer: Answer, attempt: int) -> float | None:
        if answer.ending == "refused":
            self._note(status="refused", reason="the model would not judge", parse_status="none")
            return None
        found = parsed(answer.text, self.rubric, is_truncated=answer.ending == "truncated")
        self._note(parse_status=found.status, reason=found.problem or None)
        if found.reply is None:
            if found.status == "truncated":
                self.max_tokens *= 2
            return _wait(attempt, None)
        reply = found.reply
        self._note(
            status="ok", score=float(reply.score), probability=reply.probability, rationale=reply.rationale
        )
        return None

    def _book(self, request: int, reserved: float, answer: Answer) -> None:
        """Book the tokens; a reply whose tokens are not told costs what was set aside."""
        is_told = answer.input_tokens > 0
        cost = self.judge.price.cost(answer.input_tokens, answer.output_tokens) if is_told else reserved
        self.judge.store.settle(request, answer.input_tokens, answer.output_tokens, cost)
        self._add_cost(cost)
        self._note(
            input_tokens=self.so_far.input_tokens + answer.input_tokens,
            output_tokens=self.so_far.output_tokens + answer.output_tokens,
        )

    def _worst_cost(self, asked: Prompt) -> float:
        letters = len((asked.system + asked.user).encode("utf-8", "replace"))
        return self.judge.price.cost(ceil(letters / BYTES_A_TOKEN) + FORM_TOKENS, self.max_tokens)

    def _add_cost(self, cost: float) -> None:
        self._note(cost_usd=(self.so_far.cost_usd or 0.0) + cost)

    def _note(self, **changes: Any) -> None:
        self.so_far = replace(self.so_far, **changes)


def _wait(attempt: int, retry_after: float | None) -> float | None:
    """Seconds before the next attempt: as asked, else doubling with jitter; None where that is too long."""
    if retry_after is not None:
        return retry_after if retry_after <= LONGEST_WAIT_SECONDS else None
    return min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end, in a thread of its own where this one already has a loop, as a notebook's has."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()

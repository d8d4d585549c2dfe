"""One request to an OpenAI-compatible endpoint, and what may come of it.

The only place that knows pydantic-ai, which the extra `[judge]` brings; it is imported when first used.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.prompt import Prompt

if TYPE_CHECKING:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.settings import ModelSettings

OPENAI = "https://api.openai.com/v1"
NO_KEY = "not-needed"
"""Sent to an endpoint of one's own that asks for no key; the client insists on one."""

TRANSIENT = frozenset({408, 409, 425, 429})
MISCONFIGURED = {
    401: "refused the key: correct the setting judge_api_key (ANALYTICS_JUDGE_API_KEY)",
    403: "forbids this key the model: correct judge_api_key (ANALYTICS_JUDGE_API_KEY) or judge_model",
    404: "knows no such model or address: correct judge_model (ANALYTICS_JUDGE_MODEL) or judge_base_url",
}

Ending = Literal["complete", "truncated", "refused"]
ENDINGS: dict[str, Ending] = {"length": "truncated", "content_filter": "refused"}
"""Why a reply ended, where it is not complete; pydantic-ai gives a refusal as a filtered reply."""


@dataclass(frozen=True)
class Answer:
    """What a model replied.

    Attributes:
        text: the reply; empty where it refused.
        ending: why it ended.
        input_tokens: tokens sent, as reported; 0 where the endpoint does not report them.
        output_tokens: tokens received, likewise.
    """

    text: str
    ending: Ending
    input_tokens: int
    output_tokens: int


class RequestError(Exception):
    """A request without a reply.

    Attributes:
        reason: what happened, without anything of the request's content.
        is_transient: whether the same request may succeed later.
        may_be_billed: whether the provider may have worked, and so charge, all the same.
        retry_after: seconds that the endpoint asked to wait; None where it did not say.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_transient: bool,
        may_be_billed: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_transient = is_transient
        self.may_be_billed = may_be_billed
        self.retry_after = retry_after


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked.

    Attributes:
        model: as the endpoint names it.
        base_url: address up to and with `/v1`.
        api_key: kept out of every representation and message.
        timeout_seconds: for one request.
    """

    model: str
    base_url: str
    api_key: str
    timeout_seconds: float

    def __repr__(self) -> str:
        return f"Endpoint(model={self.model!r})"

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator["Conversation"]:
        """A connection pool of its own, closed at the end."""
        check_installed()
        from openai import AsyncOpenAI  # noqa: PLC0415
        from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415
        from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

        async with AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key, max_retries=0, timeout=self.timeout_seconds
        ) as client:
            model = OpenAIChatModel(self.model, provider=OpenAIProvider(openai_client=client))
            yield Conversation(model)


def check_installed() -> None:
    """See that the extra is there.

    Raises:
        AnalyticsError: it is not.
    """
    if find_spec("pydantic_ai") is None or find_spec("openai") is None:
        raise AnalyticsError(
            "The judge `openai` needs an extra that is not installed: "
            "run `pip install analytics-platform[judge]`, or set judge to heuristic."
        )


@dataclass(frozen=True)
class Conversation:
    """An open endpoint."""

    model: "OpenAIChatModel"

    async def ask(self, asked: Prompt, schema: dict[str, object], parameters: Mapping[str, int]) -> Answer:
        """Send one request and wait for its reply.

        Args:
            asked: instructions and message.
            schema: JSON schema of the reply.
            parameters: temperature and max_tokens.

        Raises:
            RequestError: there is no reply.
            AnalyticsError: the endpoint refuses key, model or address, so that every request would fail.
        """
        from pydantic_ai.direct import model_request  # noqa: PLC0415
        from pydantic_ai.exceptions import (  # noqa: PLC0415
            AgentRunError,
            ModelConnectionError,
            ModelHTTPError,
            ModelTimeoutError,
        )
        from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart  # noqa: PLC0415
        from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415
        from pydantic_ai.output import OutputObjectDefinition  # noqa: PLC0415

        form = OutputObjectDefinition(json_schema=schema, name="verdict", strict=True)
        try:
            reply = await model_request(
                self.model,
                [ModelRequest(parts=[SystemPromptPart(asked.system), UserPromptPart(asked.user)])],
                model_settings=self._settings(parameters),
                model_request_parameters=ModelRequestParameters(output_mode="native", output_object=form),
            )
        except ModelHTTPError as error:
            raise _refused(error.status_code, error.headers) from None
        except ModelConnectionError as error:
            raise _lost(is_timeout=isinstance(error, ModelTimeoutError), phase=error.phase) from None
        except AgentRunError:
            raise RequestError(
                "the reply is none of a chat endpoint", is_transient=True, may_be_billed=True
            ) from None
        text = "".join(part.content for part in reply.parts if part.part_kind == "text")
        ending = ENDINGS.get(reply.finish_reason or "stop", "complete")
        return Answer(text, ending, reply.usage.input_tokens, reply.usage.output_tokens)

    def _settings(self, parameters: Mapping[str, int]) -> "ModelSettings":
        """The parameters as pydantic-ai takes them; a model that thinks takes no temperature."""
        settings: ModelSettings = {"max_tokens": parameters["max_tokens"]}
        if not self.model.profile.get("thinking_enabled_by_default", False):
            settings["temperature"] = parameters["temperature"]
        return settings


def _refused(status: int, headers: Mapping[str, str] | None) -> Exception:
    """The error of a status; its body is left out, as it may repeat the request."""
    if status in MISCONFIGURED:
        return AnalyticsError(f"The judge's endpoint {MISCONFIGURED[status]} (HTTP {status}).")
    return RequestError(
        f"HTTP {status}",
        is_transient=status in TRANSIENT or status >= 500,
        retry_after=seconds_to_wait((headers or {}).get("retry-after")),
    )


def _lost(*, is_timeout: bool, phase: str | None) -> RequestError:
    """The error of a broken connection; what was never sent is never billed."""
    was_sent = phase not in {"pool", "connect"}
    if is_timeout:
        reason = "no reply in time (setting judge_timeout_seconds)"
    elif was_sent:
        reason = "the connection broke off"
    else:
        reason = "the endpoint cannot be reached (setting judge_base_url)"
    return RequestError(reason, is_transient=True, may_be_billed=was_sent)


def seconds_to_wait(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as an HTTP date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0) if seconds < float("inf") else None

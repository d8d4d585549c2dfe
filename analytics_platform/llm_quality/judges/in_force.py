"""The judge that the settings name, and what each needs of them."""

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.chat_endpoint import NO_KEY, OPENAI, Endpoint, check_installed
from analytics_platform.llm_quality.judges.detector import Detector
from analytics_platform.llm_quality.judges.endpoint_judge import EndpointJudge
from analytics_platform.llm_quality.judges.heuristic import HeuristicJudge
from analytics_platform.llm_quality.judges.judge import Judge
from analytics_platform.llm_quality.judges.prices import price_of
from analytics_platform.llm_quality.judges.replay import ReplayJudge
from analytics_platform.llm_quality.judges.rubrics import Rubrics
from analytics_platform.llm_quality.judges.store import FILE, VerdictStore
from analytics_platform.settings import Settings


def judge_in_force(settings: Settings, detector: Detector, rubrics: Rubrics) -> Judge:
    """The judge to ask.

    Args:
        settings: which, and how it is reached.
        detector: what the heuristic judge reads texts with.
        rubrics: what the others judge by.

    Raises:
        AnalyticsError: a setting that this judge needs is missing or wrong, or its extra is not installed.
    """
    match settings.judge:
        case "heuristic":
            return HeuristicJudge(detector)
        case "replay":
            if settings.judge_replay is None:
                raise AnalyticsError(
                    "The judge `replay` needs the setting judge_replay (ANALYTICS_JUDGE_REPLAY): name the "
                    "file that `analytics-platform llm judge --save` wrote."
                )
            return ReplayJudge.of(settings.judge_replay, rubrics)
        case "openai":
            return _endpoint_judge(settings, rubrics)


def _endpoint_judge(settings: Settings, rubrics: Rubrics) -> EndpointJudge:
    check_installed()
    if not settings.judge_model:
        raise AnalyticsError(
            "The judge `openai` needs the setting judge_model (ANALYTICS_JUDGE_MODEL): name the model, such "
            "as gpt-4.1-mini."
        )
    return EndpointJudge(
        Endpoint(
            settings.judge_model,
            settings.judge_base_url or OPENAI,
            _key(settings),
            settings.judge_timeout_seconds,
        ),
        rubrics,
        price_of(settings.judge_model, settings.judge_prices),
        VerdictStore(settings.beside_lake(FILE)),
        settings.judge_daily_budget_usd,
    )


def _key(settings: Settings) -> str:
    key = settings.judge_api_key.get_secret_value().strip() if settings.judge_api_key else ""
    if key and not (key.isascii() and key.isprintable()):
        raise AnalyticsError(
            "Setting judge_api_key (ANALYTICS_JUDGE_API_KEY) holds letters that no key has; copy it anew."
        )
    if not key and settings.judge_base_url is None:
        raise AnalyticsError(
            "The judge `openai` needs the setting judge_api_key: set the variable ANALYTICS_JUDGE_API_KEY, "
            "or judge_base_url to an endpoint of your own that asks for no key."
        )
    if settings.judge_base_url is not None and not settings.judge_base_url.startswith(
        ("http://", "https://")
    ):
        raise AnalyticsError(
            "Setting judge_base_url (ANALYTICS_JUDGE_BASE_URL) is no address: write it as http://host:port/v1."
        )
    return key or NO_KEY

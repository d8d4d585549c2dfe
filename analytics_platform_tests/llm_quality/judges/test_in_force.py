"""The judge that settings name, and the setting that a mistake names."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.endpoint_judge import EndpointJudge
from analytics_platform.llm_quality.judges.heuristic import HeuristicJudge
from analytics_platform.llm_quality.judges.in_force import judge_in_force
from analytics_platform.llm_quality.judges.judge import Judge
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform.settings import Settings
from analytics_platform_tests.llm_quality.judges.fakes import WordDetector

OPENAI: dict[str, Any] = {"judge": "openai", "judge_model": "gpt-4.1-mini"}


def in_force(folder: Path, **given: Any) -> Judge:
    settings = Settings.model_construct(**{**Settings(lake=folder / "lake").model_dump(), **given})
    return judge_in_force(settings, WordDetector(), load_rubrics())


def test_the_default_is_offline(tmp_path: Path):
    assert isinstance(in_force(tmp_path), HeuristicJudge)


def test_an_endpoint_is_set_up_as_the_settings_say(tmp_path: Path):
    judge = in_force(tmp_path, **OPENAI, judge_api_key=SecretStr("sk-secret"), judge_daily_budget_usd=3.0)

    assert isinstance(judge, EndpointJudge)
    assert judge.endpoint.base_url == "https://api.openai.com/v1"
    assert (judge.name, judge.budget_usd, judge.price.rate.output) == ("openai/gpt-4.1-mini", 3.0, 1.6)
    assert judge.store.path == tmp_path / "lake.judge.sqlite"
    assert "sk-secret" not in repr(judge)


def test_an_endpoint_of_one_s_own_needs_no_key(tmp_path: Path):
    judge = in_force(tmp_path, **OPENAI, judge_base_url="http://127.0.0.1:11434/v1")

    assert isinstance(judge, EndpointJudge)
    assert judge.endpoint.api_key == "not-needed"


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"judge": "replay"}, "judge_replay"),
        ({"judge": "openai"}, "judge_model"),
        (OPENAI, "judge_api_key"),
        ({**OPENAI, "judge_api_key": SecretStr("  ")}, "judge_api_key"),
        ({**OPENAI, "judge_api_key": SecretStr("sk-ключ")}, "judge_api_key"),
        ({**OPENAI, "judge_base_url": "localhost:11434"}, "judge_base_url"),
        ({**OPENAI, "judge_model": "nobody", "judge_api_key": SecretStr("sk-secret")}, "judge_prices"),
    ],
)
def test_what_is_missing_is_named_and_no_key_shown(tmp_path: Path, given: dict[str, Any], setting: str):
    with pytest.raises(AnalyticsError, match=setting) as refused:
        in_force(tmp_path, **given)

    assert "sk-" not in str(refused.value)

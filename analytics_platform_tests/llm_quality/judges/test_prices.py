"""What tokens cost."""

from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.prices import price_of

MINE = """version: mine
usd_per_million_tokens:
  llama: {input: 0, output: 0.5}
  gpt-4o: {input: 1, output: 2}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "prices.yaml"
    file.write_text(MINE)
    return file


def test_a_million_tokens_each_way_cost_the_listed_prices():
    price = price_of("gpt-4o-mini")

    assert price.cost(1_000_000, 0) == pytest.approx(0.15)
    assert price.cost(0, 1_000_000) == pytest.approx(0.60)
    assert price.version == "2026-11-27"


def test_a_dated_snapshot_costs_what_its_model_does_and_no_other_does():
    assert price_of("gpt-4o-2024-08-06").rate == price_of("gpt-4o").rate
    with pytest.raises(AnalyticsError):
        price_of("gpt-4o-realtime-preview")


def test_the_user_s_table_comes_first(mine: Path):
    assert (price_of("gpt-4o", mine).rate.input, price_of("gpt-4o", mine).version) == (1, "mine")
    assert price_of("llama", mine).cost(10**6, 10**6) == 0.5
    assert price_of("gpt-4o-mini", mine).version == "2026-11-27"


def test_an_unknown_model_names_the_setting_and_the_lines_to_write(mine: Path):
    with pytest.raises(AnalyticsError, match=r"'qwen'.*qwen: \{input: 0, output: 0\}.*judge_prices"):
        price_of("qwen", mine)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINE.replace("0.5", "-1"), r"usd_per_million_tokens\.llama\.output"),
        (MINE.replace("output: 0.5", "ouput: 1"), "did you mean 'output'"),
        (MINE.replace("version: mine\n", ""), "version is missing"),
    ],
)
def test_a_wrong_table_is_named_with_its_place(mine: Path, text: str, said: str):
    mine.write_text(text)

    with pytest.raises(AnalyticsError, match=said) as refused:
        price_of("llama", mine)

    assert str(mine) in str(refused.value)

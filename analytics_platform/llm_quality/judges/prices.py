"""What tokens cost: a dated table that is shipped, and one of the user's before it."""

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.yaml_file import mistake_in, read_yaml

SHIPPED = Path(__file__).with_name("prices.yaml")
MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class Rate(BaseModel):
    """US dollars per million tokens, sent and received; 0 for a model of your own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: str = Field(min_length=1)
    usd_per_million_tokens: dict[str, Rate] = Field(min_length=1)


@dataclass(frozen=True)
class Price:
    """The price of a model.

    Attributes:
        rate: US dollars per million tokens.
        version: of the table that it stands in.
    """

    rate: Rate
    version: str

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """US dollars of a call."""
        return (input_tokens * self.rate.input + output_tokens * self.rate.output) / MILLION


def price_of(model: str, file: Path | None = None) -> Price:
    """The price of a model: from the user's table where it stands there, else from the one shipped.

    Args:
        model: as the endpoint names it; a snapshot such as `gpt-4.1-2025-04-14` costs what its model does.
        file: the user's table, setting `judge_prices`.

    Raises:
        AnalyticsError: a table is wrong, or none knows the model: without a price no budget can be kept.
    """
    for path in (file, SHIPPED):
        table = None if path is None else _read(path)
        if table is None:
            continue
        rates = table.usd_per_million_tokens
        rate = rates.get(model) or rates.get(_DATED.sub("", model))
        if rate is not None:
            return Price(rate, table.version)
    raise AnalyticsError(
        f"No price is known of the model {model!r}: write a YAML file with `version: mine` and "
        f"`usd_per_million_tokens: {{{model}: {{input: 0, output: 0}}}}`, and name it by the setting "
        "judge_prices (ANALYTICS_JUDGE_PRICES)."
    )


def _read(path: Path) -> _File:
    try:
        return _File.model_validate(read_yaml(path))
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, _File)}") from None

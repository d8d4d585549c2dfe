"""`llm`: judgements of somebody's own file."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from analytics_platform.cli.formats import FormatOption
from analytics_platform.cli.llm_judge import judge_file

Action = Literal["judge"]


def llm(
    action: Annotated[Action, typer.Argument(help="judge: give a verdict on every row of a file.")],
    file: Annotated[
        Path, typer.Argument(help="CSV or Parquet with the columns source, output[, criterion, feature].")
    ],
    form: FormatOption = "table",
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", help="Write the verdicts to this file; as .jsonl or .parquet it can be replayed."
        ),
    ] = None,
) -> None:
    """Judge answers of a language model from a file, with what it costs.

    The judge is the setting `judge`: the built-in detector unless you name a model behind an endpoint or a
    recording. Its key is read from ANALYTICS_JUDGE_API_KEY.

    Example:
        analytics-platform llm judge answers.csv
        analytics-platform llm judge answers.csv --judge openai --judge-model gpt-4.1-mini --save said.jsonl
        analytics-platform llm judge answers.csv --judge replay --judge-replay said.jsonl --format json
    """
    match action:
        case "judge":
            judge_file(file, form, save)

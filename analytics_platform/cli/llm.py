"""`llm`: answers of a language model from somebody's own file, evaluated or judged."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from analytics_platform.cli.formats import FormatOption
from analytics_platform.errors import AnalyticsError

Action = Literal["evaluate", "judge"]
SOURCE, OUTPUT, LABEL = "source", "output", "label"


def llm(
    action: Annotated[
        Action,
        typer.Argument(
            help="evaluate: the built-in detector against your labels; judge: a verdict on every row."
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(help="CSV, Parquet or (evaluate) JSON Lines with the columns source and output."),
    ],
    form: FormatOption = "table",
    source_column: Annotated[
        str, typer.Option(help="evaluate: column of what the output was made from.")
    ] = SOURCE,
    output_column: Annotated[str, typer.Option(help="evaluate: column of the text judged.")] = OUTPUT,
    label_column: Annotated[
        str, typer.Option(help="evaluate: column with 1 for unsupported and 0 for supported.")
    ] = LABEL,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", help="judge: write the verdicts to this file; as .jsonl or .parquet it can be replayed."
        ),
    ] = None,
) -> None:
    """Evaluate the built-in detector on a labelled file, or judge the answers of a file.

    `evaluate` prints AUROC, balanced accuracy at the shipped threshold, sensitivity, specificity and
    calibration, each with its 95 % interval; a column feature (summarize, quiz, explain) is optional. `judge`
    asks the setting `judge`: the built-in detector unless you name a model behind an endpoint or a recording,
    and says what it costs; criterion and feature are optional columns. The key of an endpoint is read from
    ANALYTICS_JUDGE_API_KEY.

    Example:
        analytics-platform llm evaluate labelled.csv
        analytics-platform llm evaluate labelled.jsonl --source-column article --label-column hallucinated
        analytics-platform llm judge answers.csv
        analytics-platform llm judge answers.csv --judge openai --judge-model gpt-4.1-mini --save said.jsonl
        analytics-platform llm judge answers.csv --judge replay --judge-replay said.jsonl --format json
    """
    # What either needs takes a second to import, which help need not wait for.
    if action == "evaluate":
        from analytics_platform.cli.llm_evaluate import evaluate_file  # noqa: PLC0415

        if save is not None:
            raise AnalyticsError(
                "--save belongs to `llm judge`; print `llm evaluate` with --format csv > FILE."
            )
        evaluate_file(file, form, source_column, output_column, label_column)
        return
    from analytics_platform.cli.llm_judge import judge_file  # noqa: PLC0415

    if (source_column, output_column, label_column) != (SOURCE, OUTPUT, LABEL):
        raise AnalyticsError(
            "Names of columns belong to `llm evaluate`; `llm judge` reads source and output."
        )
    judge_file(file, form, save)

"""Every command by name: where its function lies and the sentence that `--help` lists."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module

import typer

from analytics_platform.cli.overrides import setting_options

ABOUT = """From an event log to decisions: product analytics as Dagster assets over a Delta lake.

Start with `analytics-platform demo`, or bring your own events with `analytics-platform ingest`.
Every setting below may also follow the command, stand in `analytics.toml` or be an `ANALYTICS_*` variable.
"""


@dataclass(frozen=True)
class Command:
    """A command that is not yet imported.

    Attributes:
        module: module of `analytics_platform.cli` with a function of the command's name.
        sentence: what it does; the first line of that function's docstring.
    """

    module: str
    sentence: str

    def function(self, name: str) -> Callable[..., None]:
        """Import the command."""
        return getattr(import_module(f"analytics_platform.cli.{self.module}"), name)


COMMANDS = {
    "demo": Command("demo", "Simulate a world, build every table through Dagster and sum up what came out."),
    "run": Command("build", "Materialise assets through Dagster for a range of days."),
    "ingest": Command(
        "ingest", "Bring a real event log, or traces of a language model and human ratings, into the lake."
    ),
    "sql": Command("query", "Answer one SELECT over the lake."),
    "tables": Command("catalogue", "List the tables of the lake."),
    "describe": Command("catalogue", "Describe a table and its columns."),
    "export": Command("query", "Write a table to a file."),
    "dev": Command("dev", "Start the Dagster UI, its daemon and the dashboards together."),
    "doctor": Command("doctor", "Check this machine, the installation and the lake, and say the mend."),
    "funnel": Command("funnel", "Say who came through each funnel, or list the users that a chart counts."),
    "experiment": Command(
        "experiment", "Read out an experiment of your own from a file, or look up those of the catalogue."
    ),
    "llm": Command(
        "llm", "Evaluate the built-in detector on a labelled file, or judge the answers of a file."
    ),
    "power": Command(
        "power", "Say what an experiment can find, how many units it needs and how long that takes."
    ),
    "forecast": Command(
        "forecast", "Forecast a daily series of your own, with intervals and the back-test of every method."
    ),
    "scenario": Command(
        "scenario",
        "Say what would happen if: more sign-ups, better retention, another price, an experiment for all.",
    ),
    "certify": Command(
        "certify",
        "Certify every statistical method by simulation, and say which cells lie outside their band.",
    ),
    "world": Command("world", "Describe the simulated world and what may be changed in it."),
    "maintain": Command("upkeep", "Merge small files and remove those that no kept version needs."),
    "dictionary": Command("catalogue", "Print the data dictionary of the raw tables as Markdown."),
}


def application(words: Collection[str]) -> typer.Typer:
    """The Typer application, with the commands among the words imported and the others only listed."""
    app = typer.Typer(
        add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich"
    )
    app.callback(help=ABOUT)(setting_options())
    for name, command in COMMANDS.items():
        function = command.function(name) if name in words else _listed
        app.command(name, short_help=command.sentence)(function)
    return app


def _listed() -> None:
    """Stand in for a command that was not named, and so cannot be called."""

"""The commands as listed, and as they explain themselves."""

import inspect
import os
import resource
import subprocess
import sys

import pytest
import typer

from analytics_platform.cli.commands import COMMANDS, application
from analytics_platform.cli.overrides import option_name
from analytics_platform.settings import SECRETS, Settings
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.program import PROGRAM


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listed_sentence_is_the_first_line_of_the_docstring(name: str):
    docstring = inspect.getdoc(COMMANDS[name].function(name)) or ""

    assert docstring.splitlines()[0] == COMMANDS[name].sentence


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example_of_the_command(name: str, analytics: Command):
    printed = analytics(name, "--help")

    assert printed.code == 0
    assert f"analytics-platform {name}" in printed.out.partition("Example:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_of_a_command_hides_a_setting(name: str):
    command = typer.main.get_group(application([name])).commands[name]
    options = {option for parameter in command.params for option in parameter.opts}

    assert options & {option_name(setting) for setting in Settings.model_fields} == set()


def test_help_lists_every_command_and_every_setting(analytics: Command):
    printed = analytics("--help")

    assert printed.code == 0
    for name in COMMANDS:
        assert f" {name} " in printed.out
    for setting in Settings.model_fields:
        assert (option_name(setting) in printed.out) == (setting not in SECRETS)


@pytest.mark.parametrize(
    "words",
    [("wrold",), ("sql",), ("tables", "--nope"), ("run", "--from", "May"), ("tables", "--format", "xml"), ()],
    ids=["unknown command", "missing argument", "unknown option", "no date", "unknown format", "nothing"],
)
def test_wrong_usage_ends_with_code_2(words: tuple[str, ...], analytics: Command):
    assert analytics(*words).code == 2


def test_no_command_imports_dagster_before_it_runs():
    code = (
        "import sys\nfrom analytics_platform.cli.commands import application\n"
        f"application({list(COMMANDS)})\n"
        "print([name for name in ('dagster', 'streamlit', 'pandas') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_help_costs_less_than_a_second_of_computing():
    # A process that measures coverage computes more for that than for itself.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*PROGRAM, "--help"], env=unmeasured, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1

"""Settings as options, before and after the command."""

import os
from unittest import mock

import pytest
import typer
from typer.testing import CliRunner

from analytics_platform.cli.overrides import hoisted, setting_options
from analytics_platform_tests.cli.conftest import Command


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        (["demo", "--users", "300"], ["--users", "300", "demo"]),
        (["demo", "--users=300", "--format", "csv"], ["--users=300", "demo", "--format", "csv"]),
        (
            ["--lake", "a", "sql", "select 1", "--seed", "3"],
            ["--lake", "a", "--seed", "3", "sql", "select 1"],
        ),
        (["run", "--from", "2025-09-01"], ["run", "--from", "2025-09-01"]),
        (["sql", "--", "--lake"], ["sql", "--", "--lake"]),
        (["demo", "--users"], ["--users", "demo"]),
    ],
)
def test_settings_are_moved_before_the_command(words: list[str], moved: list[str]):
    assert hoisted(words) == moved


def test_an_option_becomes_the_variable_that_every_process_reads():
    app = typer.Typer()
    app.callback()(setting_options())
    app.command("look")(lambda: None)

    with mock.patch.dict(os.environ):
        ran = CliRunner().invoke(app, ["--memory-limit", "3GB", "look"])
        seen = os.environ.get("ANALYTICS_MEMORY_LIMIT"), os.environ.get("ANALYTICS_SEED")

    assert ran.exit_code == 0
    assert seen == ("3GB", None)


def test_a_wrong_setting_is_one_sentence_on_standard_error(analytics: Command):
    printed = analytics("tables", "--days", "never")

    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("analytics-platform: Setting days (ANALYTICS_DAYS")
    assert printed.err.count("\n") == 1


def test_the_option_wins_over_the_variable(analytics: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANALYTICS_USERS", "wrong")

    assert analytics("world", "--users", "777").out.startswith("# The simulated world\n\n777 people")

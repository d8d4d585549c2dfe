"""How a command ends: exit codes, pipes and interrupts."""

import subprocess

import pytest

from analytics_platform.cli import main
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.program import PROGRAM


def test_success_is_code_0(analytics: Command):
    assert analytics("dictionary").code == 0


def test_an_interrupt_is_code_130_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analytics_platform.cli.application", interrupted)

    with pytest.raises(SystemExit) as stopped:
        main(["demo"])

    assert stopped.value.code == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_goes_away_is_no_error():
    writing = subprocess.Popen(
        [*PROGRAM, "world"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    assert writing.stdout is not None
    assert writing.stderr is not None
    writing.stdout.close()

    complaints = writing.stderr.read()
    writing.stderr.close()

    assert writing.wait(30) != 0
    assert complaints == ""


def test_an_empty_lake_says_what_to_do(analytics: Command):
    printed = analytics("sql", "select * from activity.events")

    assert (printed.code, printed.out) == (1, "")
    assert printed.err == (
        "analytics-platform: Table activity.events is not in the lake data/lake: `analytics-platform tables` "
        "lists what is there, `analytics-platform run` builds the rest.\n"
    )

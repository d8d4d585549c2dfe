"""The one exception a user is meant to read."""

import subprocess
import sys

import pytest

from analytics_platform.cli import main
from analytics_platform.errors import AnalyticsError


def test_a_users_mistake_is_printed_alone_and_ends_with_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def mistaken(_: object) -> None:
        raise AnalyticsError("The file nowhere.csv is missing: check its path.")

    monkeypatch.setattr("analytics_platform.cli.application", mistaken)

    with pytest.raises(SystemExit) as stopped:
        main(["tables"])

    assert stopped.value.code == 1
    printed = capsys.readouterr()
    assert printed.err == "analytics-platform: The file nowhere.csv is missing: check its path.\n"
    assert printed.out == ""


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch):
    def defective(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("analytics_platform.cli.application", defective)

    with pytest.raises(ZeroDivisionError):
        main(["tables"])


def test_the_exception_needs_no_heavy_import():
    code = "import sys, analytics_platform.errors; print('polars' in sys.modules or 'dagster' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"

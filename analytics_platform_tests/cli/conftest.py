"""A command line in this process."""

import os
from collections.abc import Callable, Generator
from pathlib import Path
from unittest import mock

import pytest

from analytics_platform.cli import main
from analytics_platform_tests.program import Printed

Command = Callable[..., Printed]


@pytest.fixture
def analytics(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Command]:
    """Run a command in this process over an empty lake, unless its words name another."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Printed:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(words)
        printed = capfd.readouterr()
        return Printed(int(stopped.value.code or 0), printed.out, printed.err)

    with mock.patch.dict(os.environ):
        yield run

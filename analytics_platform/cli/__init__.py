"""The command line `analytics-platform`.

Belongs here: arguments, what is printed and exit codes. Does not: anything that a test, a page or an
asset would also need. A command's module is imported only when the command is named, so that help
and queries start fast.
"""

import os
import sys
from collections.abc import Sequence

from analytics_platform.cli.commands import application
from analytics_platform.cli.overrides import hoisted
from analytics_platform.errors import AnalyticsError

BROKEN_PIPE = 141
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 only on success, 1 on a user's mistake, 2 on wrong usage.

    Args:
        arguments: what follows the program's name; None: what the shell gave.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _exit_code(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away, as `head` does; without this the interpreter complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _exit_code(words: list[str]) -> int | str | None:
    try:
        application(words)(args=hoisted(words), prog_name="analytics-platform")
    except SystemExit as stop:
        return stop.code
    except AnalyticsError as error:
        sys.stderr.write(f"analytics-platform: {error}\n")
        return 1
    return 0

"""`world`: what the simulated world contains and what may be changed in it."""

import sys
from typing import Annotated

import typer

from analytics_platform.settings import load_settings
from analytics_platform.simulation.world import DEFAULTS, describe, load_world


def world(
    *,
    describe_it: Annotated[  # noqa: ARG001
        bool, typer.Option("--describe", help="Print the world in words, as Markdown; so it does without.")
    ] = False,
    example: Annotated[
        bool, typer.Option("--example", help="Print the YAML of all parameters, to copy and change.")
    ] = False,
) -> None:
    """Describe the simulated world and what may be changed in it.

    Keep what you change in a YAML file and name it with the setting `--world`; what it leaves out
    stays as it is.

    Example:
        analytics-platform world --describe
        analytics-platform world --example > my_world.yaml
        analytics-platform demo --world my_world.yaml
    """
    if example:
        sys.stdout.write(DEFAULTS.read_text())
    else:
        sys.stdout.write(describe(load_world(load_settings())))

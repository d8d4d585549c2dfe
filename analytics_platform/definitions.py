"""Where Dagster finds the platform: assembles `defs/`, defines nothing."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that the modules of `defs/` define, under the settings in force."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)

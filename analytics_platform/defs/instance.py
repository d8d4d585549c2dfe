"""Dagster's own history: where it lies and how it is configured.

Belongs here: the home folder and its `dagster.yaml`. Does not: what runs write into it.
"""

import os
from pathlib import Path

import dagster as dg

from analytics_platform.defs.event_storage import BATCH_SIZE, BATCH_SIZE_VARIABLE
from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import Settings

HOME_VARIABLE = "DAGSTER_HOME"
CONFIG = "dagster.yaml"


def prepare_home(settings: Settings) -> Path:
    """The absolute home folder, made with a configuration where there is none, and named to Dagster.

    Sets `DAGSTER_HOME` in the environment, so that processes started from here share the history.

    Raises:
        AnalyticsError: the folder cannot be made.
    """
    home = (settings.dagster_home or settings.beside_lake("dagster")).absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not (home / CONFIG).exists():
            (home / CONFIG).write_text(Path(__file__).with_name(CONFIG).read_text())
    except OSError as error:
        raise AnalyticsError(f"Dagster's history cannot be kept in {home}: {error.strerror}.") from None
    os.environ[HOME_VARIABLE] = str(home)
    os.environ.setdefault(BATCH_SIZE_VARIABLE, str(BATCH_SIZE))
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance that keeps the history of the settings' lake; close it after use (`with`).

    Raises:
        AnalyticsError: its folder cannot be made or its configuration cannot be read.
    """
    home = prepare_home(settings)
    try:
        return dg.DagsterInstance.from_config(str(home))
    except dg.DagsterInvalidConfigError as error:
        raise AnalyticsError(f"{home / CONFIG} is not a valid configuration: {error}") from None

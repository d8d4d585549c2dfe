"""Counts of `activity.user_days` by name, so that one query adds up whichever an experiment asks for."""

from pathlib import Path

from analytics_platform.lakehouse import Model

USER_COUNTS = Model.load(Path(__file__).with_suffix(".sql"))

"""The event log that analysts know: one flat row per event, joined on reading.

A view: nothing is stored, and it always agrees with the tables beneath it.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

EVENT_LOG = Model.load(Path(__file__).with_suffix(".sql"))

"""The power-user curve (L7, L28): on how many days of the last 7 or 28 the active users were active.

A user first seen within the window cannot have been active on all of its days, so a wave of sign-ups bends
the curve without any change of habit. Shares of established users, seen by the first day of the window, are
free of this and can be compared with those of the window that ended 28 days earlier.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

POWER_USERS = Model.load(Path(__file__).with_suffix(".sql"))

"""Users: everyone ever seen, as they stand on the last day.

The one table here that is rebuilt whole: a person's last visit, retention and lifecycle state move with
every new day. Retention is observed, never assumed: it is null until its day has come. The lifecycle
states are Duolingo's growth model, with the month of 28 days that MAU counts, so that they add up to it.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

USERS = Model.load(Path(__file__).with_suffix(".sql"))

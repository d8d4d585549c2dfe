"""Sessions: what a person did in one sitting.

A session is the log's own where it names one, else the events of a person that follow each other within
30 minutes; `activity.events` has settled which. Midnight of the reporting day ends every session, so that
sessions, user-days and KPIs of a day add up to the same totals.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

SESSIONS = Model.load(Path(__file__).with_suffix(".sql"))

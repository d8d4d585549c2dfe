"""Events as they happened: what the log delivered, made clean.

A log delivers some events twice and some late, leaves sessions unnamed and carries bots. This table
keeps the first delivery of each event, names every session, flags late events and bots, and throws
nothing else away, so that its rows reconcile with the log one for one. Everything after it leaves the
flagged bots out.

All of it is decided within the reporting day: a day can be built alone, in any order, again and again.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

EVENTS = Model.load(Path(__file__).with_suffix(".sql"))

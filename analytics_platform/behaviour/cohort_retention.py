"""Retention by cohort and segment: N-day, unbounded, brackets, and week and month matrices.

A period counts days from each person's own first active day (day 0), so that no cell mixes parts of weeks:
week k is days 7k to 7k + 6, month k days 28k to 28k + 27. A cell is about those people for whom its period
was wholly observed; while there are none it is null, never low. As N grows the people of a cell grow fewer,
so that two cells of a cohort not yet complete may tell of different people.

Unbounded retention on day N (active on day N or any later day) grows with the time to come back. It counts
people with at least 27 days observed after day N; of two cohorts the older still has the advantage of those
who come back after more than four weeks: `behaviour.survival` has no such advantage.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

COHORT_RETENTION = Model.load(Path(__file__).with_suffix(".sql"))

"""Later retention of those who used the product on few or many of their first days.

The later period begins after the last day that is counted, so that nobody is retained by what put them in
their group. It is an association: a habit is not made by nudging someone to come a third time, as only an
experiment could show.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

RETENTION_BY_FREQUENCY = Model.load(Path(__file__).with_suffix(".sql"))

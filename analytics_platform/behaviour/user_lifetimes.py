"""Lives of users: what retention, survival and retention curves are counted from.

Days are each person's own: day 0 is the first active day. The user-days are read here once, and the tables
that follow count people, so that they cost as much as there are people and not as there are days.

A silence is 28 days in a row without activity, all of them observed: a person can only have fallen silent
up to 28 days before the last day of the data, and later days tell nothing of it yet. The first silence
counts; who comes back after it does not undo it, or older cohorts, with more time to come back, would look
better than younger ones.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

USER_LIFETIMES = Model.load(Path(__file__).with_suffix(".sql"))

"""A made-up product of known rates: users who come, stay away and leave by a simple rule, for tests."""

import numpy as np

from analytics_platform.forecasts.scenarios_history import Arms, History

DAYS = 90
USERS = 1_500


def product(
    users: int = USERS,
    days: int = DAYS,
    lift: float = 0.0,
    seed: int = 7,
    classes: int = 0,
    quality: float = 0.0,
) -> History:
    """Users who sign up evenly, come with a chance of one half while they stay, and leave at 5 % a day.

    From day 40 to day 69 every second user is treated, which raises the logit of coming by `lift` and their
    ratings by `quality` stars.
    """
    rng = np.random.default_rng(seed)
    born = np.sort(rng.integers(0, days, users))
    classroom = (
        np.where(np.arange(users) % 2, np.arange(users) // 2 % max(classes, 1), -1)
        if classes
        else np.full(users, -1)
    )
    unit = np.where(classroom >= 0, classroom, np.arange(users) // 2 * 2) if classes else np.arange(users)
    is_treated = unit % 2 == 1 if not classes else np.isin(unit, np.arange(0, classes, 2)) & (classroom >= 0)
    alive, since = np.zeros(users, bool), np.full(users, -1)
    visits: list[tuple[int, int]] = []
    subscribed: list[tuple[int, int]] = []
    for day in range(days):
        alive[born == day] = True
        logit = lift * (is_treated & (since >= 0) & (day < 70))
        comes = alive & ((rng.random(users) < 1 / (1 + np.exp(-logit))) | (born == day))
        if 40 <= day < 70:
            since[comes & (since < 0)] = day
        visits += [(int(user), day) for user in np.flatnonzero(comes)]
        subscribed += [(int(user), day) for user in np.flatnonzero(comes & (rng.random(users) < 0.01))]
        alive &= rng.random(users) > 0.05
    exposed = np.flatnonzero(since >= 0)
    stars = rng.normal(10 * (4 + quality * is_treated[exposed]), 1).round().astype(np.int64)
    arms = Arms(since, is_treated, 69, bool(classes), np.stack([exposed, np.full(len(exposed), 10), stars]))
    pairs = np.array(visits).T
    return History(
        users=pairs[0],
        days=pairs[1],
        known=np.zeros(users, bool),
        classroom=classroom,
        first_day=0,
        last_day=days - 1,
        conversions=np.array(subscribed).T.reshape(2, -1),
        arms={"trial": arms},
    )

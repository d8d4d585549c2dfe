"""Writes raw tables of a window of days, whichever days and in whichever order: the rows are the same."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import (
    CLASSROOMS,
    EVENTS,
    EXPOSURES,
    HUMAN_RATINGS,
    INTERACTIONS,
    QUARANTINE,
    USERS,
)
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.simulation import registers
from analytics_platform.simulation.delivery import EventLog
from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.panel import RaterPanel
from analytics_platform.simulation.state import Checkpoints, State
from analytics_platform.simulation.world import World

WRITTEN = (EVENTS, USERS, CLASSROOMS, EXPOSURES, INTERACTIONS, HUMAN_RATINGS)
WORLD_MARK = "analytics.world"


def simulate(
    lake: Lake, world: World, window: Window, progress: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Simulate a window and replace its days in every raw table, one commit a table.

    Memory holds the people and one day, however long the window.

    Args:
        lake: where the tables are.
        world: what to simulate.
        window: days to write.
        progress: told after each day how many days of the window are done.

    Returns:
        Rows written by table.

    Raises:
        AnalyticsError: the window reaches beyond the world, or the lake holds another world.
    """
    first, last = world.day(window.first_day), world.day(window.last_day)
    _refuse_another_world(lake, world)
    dynamics = Dynamics(world)
    checkpoints = checkpoints_of(lake, world)
    state = state_before(dynamics, checkpoints, first)
    log = EventLog(dynamics)
    panel = RaterPanel(world)
    with ExitStack() as commits:
        writers = {
            contract.table: commits.enter_context(
                lake.writing(contract.table, window, contract.arrow_schema(), {"world": world.digest})
            )
            for contract in WRITTEN
        }
        for number in range(first, last + 1):
            day = dynamics.live(state)
            events, interaction_id = log.events(day)
            writers[EVENTS.table].add(events)
            captures = log.archive.captures(day.uses, day.answers, day.day)
            writers[INTERACTIONS.table].add(log.interactions(day, interaction_id, captures))
            writers[HUMAN_RATINGS.table].add(panel.ratings(day, captures, interaction_id))
            writers[USERS.table].add(registers.users(dynamics, day))
            writers[CLASSROOMS.table].add(registers.classrooms(dynamics, day))
            writers[EXPOSURES.table].add(registers.exposures(dynamics, day))
            checkpoints.save(state)
            if progress is not None:
                progress(number - first + 1)
    if not lake.exists(QUARANTINE.table):
        lake.replace(QUARANTINE.table, [], QUARANTINE.arrow_schema())
    return {table: writer.rows for table, writer in writers.items()}


def checkpoints_of(lake: Lake, world: World) -> Checkpoints:
    """Where states of this world are kept, beside the lake."""
    return Checkpoints(Path(f"{lake.root}.checkpoints") / world.digest)


def state_before(dynamics: Dynamics, checkpoints: Checkpoints, day: int) -> State:
    """Everybody's state on the eve of a day: lived from the newest checkpoint before it."""
    state = checkpoints.newest(day) or dynamics.start()
    while state.day < day:
        dynamics.live(state)
        checkpoints.save(state)
    return state


def _refuse_another_world(lake: Lake, world: World) -> None:
    """Days of two worlds in one lake would make no sense together."""
    if lake.claim(EVENTS.table, EVENTS.arrow_schema(), WORLD_MARK, world.digest) != world.digest:
        raise AnalyticsError(
            f"The lake {lake.root} holds another world (its users, days, seed, start_date, timezone or "
            "parameters differ): use the settings it was made with, name another --lake, or delete it."
        )

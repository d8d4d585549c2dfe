"""Funnels read off a log in plain Python, by their definition alone: the reference of their tests."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from analytics_platform.behaviour.funnels.funnel import Funnel, Match
from analytics_platform_tests.raw_rows import Row

FIELDS = ("event_name", "feature", "platform", "plan")


def fits(event: Row, match: Match) -> bool:
    return all(
        allowed is None or event[name] in allowed
        for name, allowed in ((name, getattr(match, name)) for name in FIELDS)
    )


def progress(log: list[Row], funnel: Funnel, first_date: date, until: datetime) -> Row | None:
    """The row of one user; None who never tried.

    Args:
        log: all events of the user.
        funnel: the definition.
        first_date: day from which attempts count.
        until: when observation ends.
    """
    log = sorted(log, key=lambda event: (event["event_time"], event["event_id"]))
    attempts = [
        attempt
        for place, event in enumerate(log)
        if event["event_date"] >= first_date and _opens(event, funnel)
        for attempt in [_attempt(log, place, funnel)]
    ]
    if not attempts:
        return None
    valid = [taken for taken in attempts if not _is_disqualified(log, taken, funnel)]
    best: list[int] = []
    for taken in valid:
        if len(taken) > len(best):
            best = taken
    is_open = any(_may_go_on(log, taken, funnel, until) for taken in valid)
    return {
        "furthest_step": len(best),
        "state": "excluded"
        if not valid
        else "converted"
        if len(best) == len(funnel.steps)
        else "open"
        if is_open
        else "dropped",
        "times": [log[place]["event_time"] for place in best],
    }


def _window(funnel: Funnel) -> timedelta:
    return timedelta(seconds=funnel.window_seconds)


def _opens(event: Row, funnel: Funnel) -> bool:
    steps = funnel.steps if funnel.order == "any" else funnel.steps[:1]
    return any(fits(event, step) for step in steps)


def _attempt(log: list[Row], opening: int, funnel: Funnel) -> list[int]:
    """Places in the log of the steps that the attempt opened there takes in time."""
    taken, left = [opening], list(funnel.steps)
    left = [step for step in left if not fits(log[opening], step)] if funnel.order == "any" else left[1:]
    for place in range(opening + 1, len(log)):
        event = log[place]
        if not left or event["event_time"] > log[opening]["event_time"] + _window(funnel):
            break
        if funnel.order == "any":
            done = [step for step in left if fits(event, step)]
            left = [step for step in left if step not in done]
            taken += [place] if done else []
            continue
        is_late = not left[0].on_later_day or event["event_date"] > log[taken[-1]]["event_date"]
        if fits(event, left[0]) and is_late:
            taken.append(place)
            left.pop(0)
        elif funnel.order == "strict":
            break
    return taken


def _is_disqualified(log: list[Row], taken: list[int], funnel: Funnel) -> bool:
    for bar in funnel.exclusions:
        if len(taken) < bar.from_step:
            continue
        last = bar.to_step or len(funnel.steps)
        for place in range(taken[bar.from_step - 1] + 1, taken[last - 1] if len(taken) >= last else len(log)):
            is_in_time = log[place]["event_time"] <= log[taken[0]]["event_time"] + _window(funnel)
            if is_in_time and fits(log[place], bar):
                return True
    return False


def _may_go_on(log: list[Row], taken: list[int], funnel: Funnel, until: datetime) -> bool:
    is_broken = funnel.order == "strict" and taken[-1] + 1 < len(log)
    return not is_broken and log[taken[0]]["event_time"] + _window(funnel) >= until


def reachable(log: list[Row], funnel: Funnel) -> int:
    """The furthest step of an ordered funnel without exclusions, by trying every chain of events."""
    log = sorted(log, key=lambda event: (event["event_time"], event["event_id"]))

    def chains(step: int, places: tuple[int, ...]) -> Iterator[int]:
        yield step
        if step == len(funnel.steps):
            return
        for place in range(places[-1] + 1 if places else 0, len(log)):
            first = log[places[0]] if places else log[place]
            if log[place]["event_time"] <= first["event_time"] + _window(funnel) and fits(
                log[place], funnel.steps[step]
            ):
                yield from chains(step + 1, (*places, place))

    return max(chains(0, ()))

"""A window: an inclusive range of reporting days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Window:
    """Reporting days from `first_day` to `last_day`, both included.

    Raises:
        ValueError: the last day lies before the first.
    """

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError(f"window ends on {self.last_day}, before its start {self.first_day}")

    def __len__(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        return f"{self.first_day}…{self.last_day}"

    def days(self) -> Iterator[date]:
        return (self.first_day + timedelta(days=offset) for offset in range(len(self)))

    def slices(self, days: int) -> Iterator["Window"]:
        """Consecutive windows of at most so many days that cover this one."""
        for offset in range(0, len(self), days):
            first = self.first_day + timedelta(days=offset)
            yield Window(first, self.first_day + timedelta(days=min(offset + days, len(self)) - 1))

    def parameters(self) -> dict[str, date]:
        """The two bound parameters of a daily model."""
        return {"first_day": self.first_day, "last_day": self.last_day}

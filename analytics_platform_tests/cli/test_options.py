"""Options that several commands share."""

from datetime import date, datetime

import pytest

from analytics_platform.cli.options import window_between
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Window

KNOWN = Window(date(2025, 9, 1), date(2025, 9, 30))


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        (None, None, KNOWN),
        (datetime(2025, 9, 5), None, Window(date(2025, 9, 5), date(2025, 9, 30))),  # noqa: DTZ001
        (None, datetime(2025, 9, 5), Window(date(2025, 9, 1), date(2025, 9, 5))),  # noqa: DTZ001
    ],
)
def test_an_end_left_out_is_taken_from_the_days_there_are(
    first: datetime | None, last: datetime | None, window: Window
):
    assert window_between(first, last, KNOWN) == window


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(AnalyticsError, match="The last day, 2025-08-01, lies before the first, 2025-09-01"):
        window_between(None, datetime(2025, 8, 1), KNOWN)  # noqa: DTZ001

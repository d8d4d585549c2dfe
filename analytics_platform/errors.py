"""The one exception a user is meant to read."""


class AnalyticsError(Exception):
    """A mistake that the user can mend: its message names the place and the mend, in one sentence.

    The command line prints the message alone; everything else is a defect and keeps its traceback.
    """

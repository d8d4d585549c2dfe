"""Who was exposed to which variant, since when, and who is left out from when on.

Nobody is lost: a user who cannot be analysed keeps a row with the reason and the day on which that was
known. Results as of a day leave out whom that day knew to leave out, so a result never changes because
of what came later.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

EXPOSURES = Model.load(Path(__file__).with_suffix(".sql"))

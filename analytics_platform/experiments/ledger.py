"""The ledger: moments of every experiment and metric as of every day, read out in milliseconds.

Every unit's totals as of a day go into one row of moments, so that a readout merges a few rows instead of
reading people; a user sits in one cohort, so cohorts merge exactly. As-of rows never depend on later days
but through late data, which re-opens a day and those after it. Rows run from an experiment's start to its
end, and for metrics that wait some days after exposure as many days longer.

The SELECT stands on two parts: `running_totals.sql`, users' totals as they change, shared with the
histograms and the unit rows; and `ledger.sql`, which groups them.
"""

from pathlib import Path

from analytics_platform.experiments.covariates import covariates_of
from analytics_platform.experiments.running_totals import with_running_totals
from analytics_platform.lakehouse import Model

LEDGER = with_running_totals(Model.load(Path(__file__).with_suffix(".sql")))

__all__ = ["LEDGER", "covariates_of"]

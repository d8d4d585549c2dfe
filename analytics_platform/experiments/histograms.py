"""Histograms: what moments cannot say, quantiles above all, kept so that days add up and can be taken away.

Bins grow by 1 %, so a quantile read from them is within 1 % of itself, and far closer when it is
interpolated with the bins' means.
"""

from pathlib import Path

from analytics_platform.experiments.running_totals import with_running_totals
from analytics_platform.lakehouse import Model

HISTOGRAMS = with_running_totals(Model.load(Path(__file__).with_suffix(".sql")))

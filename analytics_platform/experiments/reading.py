"""From the ledger to what a readout takes: samples, segments and curves of one experiment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.covariates import covariates_of
from analytics_platform.experiments.moments_of import VARIABLES, by_row
from analytics_platform.experiments.over_time import Curve, Points
from analytics_platform.experiments.sample import Sample
from analytics_platform.experiments.segments import SegmentMoments
from analytics_platform.lakehouse import Engine
from analytics_platform.metrics.outcomes import OUTCOMES
from analytics_platform.stats.histogram import Histogram
from analytics_platform.stats.moments import Moments

LEDGER = "SELECT * FROM experiments.ledger WHERE experiment_id = $experiment AND event_date <= $as_of"
HISTOGRAMS = "SELECT * FROM experiments.histograms WHERE experiment_id = $experiment AND event_date <= $as_of"


@dataclass(frozen=True)
class Records:
    """What the lake holds of one experiment up to a day.

    Attributes:
        experiment: from the catalogue.
        ledger: rows of `experiments.ledger`.
        histograms: rows of `experiments.histograms`.
    """

    experiment: Experiment
    ledger: pl.DataFrame
    histograms: pl.DataFrame

    @classmethod
    def read(cls, engine: Engine, experiment: Experiment, as_of: date) -> "Records":
        """Read both tables up to a reporting day."""
        bound = {"experiment": experiment.id, "as_of": as_of}
        rows = [pl.DataFrame(engine.query(sql, bound)) for sql in (LEDGER, HISTOGRAMS)]
        return cls(experiment, *rows)

    def until(self, as_of: date) -> "Records":
        """The same up to an earlier day."""
        tables = (rows.filter(pl.col("event_date") <= as_of) for rows in (self.ledger, self.histograms))
        return Records(self.experiment, *tables)

    def samples(self, units: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Sample]]:
        """Samples by metric and variant as of the newest day.

        Args:
            units: rows of single units by metric, where those are needed: columns variant, y, k, x1…, and
                role and platform; whole classrooms are made of users' rows by `classroom_id`.
        """
        found: dict[str, dict[str, Sample]] = {}
        for metric, _ in self.experiment.metrics:
            if OUTCOMES[metric].kind == "quantile":
                is_clustered = self.experiment.unit == "classroom"
                found[metric] = _classmates(units.get(metric)) if is_clustered else self._quantiles(metric)
                continue
            rows = self._newest(metric).filter(pl.col("dimension") == "overall")
            found[metric] = {
                variant: Sample(moments, **_details(self.experiment, metric, variant, units))
                for variant, moments in self._by(rows, metric, "variant").items()
            }
        return found

    def segments(self) -> dict[str, SegmentMoments]:
        """Moments by metric, segment and variant as of the newest day."""
        found: dict[str, SegmentMoments] = {}
        for metric in self._with_moments():
            rows = self._newest(metric).filter(pl.col("dimension").is_in(self.experiment.segments))
            parts = rows.sort("dimension", "segment").partition_by(
                "dimension", "segment", as_dict=True, maintain_order=True
            )
            found[metric] = {
                (str(key[0]), str(key[1])): self._by(part, metric, "variant") for key, part in parts.items()
            }
        return found

    def curves(self) -> dict[tuple[str, Curve], Points]:
        """The curves of effects as of each day, and by cohort as of the newest."""
        start, found = self.experiment.start, {}
        for metric in self._with_moments():
            overall = self._of(metric).filter(pl.col("dimension") == "overall")
            newest = self._newest(metric).filter(pl.col("dimension") == "overall")
            for curve, rows, day in (("as_of", overall, "event_date"), ("cohort", newest, "cohort_date")):
                parts = rows.partition_by(day, as_dict=True)
                found[metric, curve] = {
                    (key[0] - start).days: self._by(part, metric, "variant") for key, part in parts.items()
                }
        return found

    def units_by_day(self, metric: str) -> dict[date, float]:
        """Units of all arms together by day, mature ones for the metric."""
        rows = self._of(metric).filter(pl.col("dimension") == "overall")
        return {
            day: float(units)
            for day, units in rows.group_by("event_date").agg(pl.col("units").sum()).iter_rows()
        }

    def _with_moments(self) -> list[str]:
        return [metric for metric, _ in self.experiment.metrics if OUTCOMES[metric].kind != "quantile"]

    def _of(self, metric: str) -> pl.DataFrame:
        return self.ledger.filter(pl.col("metric") == metric)

    def _newest(self, metric: str) -> pl.DataFrame:
        rows = self._of(metric)
        return rows.filter(pl.col("event_date") == pl.col("event_date").max())

    def _by(self, rows: pl.DataFrame, metric: str, column: str) -> dict[str, Moments]:
        """Moments of [y, k, covariates…] by the values of a column, all other rows merged."""
        covariates = covariates_of(self.experiment, OUTCOMES[metric])
        names = VARIABLES[: 2 + len(covariates)]
        parts = rows.partition_by(column, as_dict=True)
        return {str(key[0]): Moments.total(by_row(part, names)) for key, part in parts.items()}

    def _quantiles(self, metric: str) -> dict[str, Sample]:
        rows = self.histograms.filter(pl.col("metric") == metric)
        found: dict[str, Sample] = {}
        for key, part in rows.partition_by("variant", as_dict=True).items():
            histogram = Histogram.from_rows(part["bin"], part["units"], part["sum_y"], part["sum_yy"])
            units = float(histogram.n)
            moments = Moments(np.array(units), np.zeros(2), np.zeros((2, 2)))
            found[str(key[0])] = Sample(moments, histogram=histogram)
        return found


def _classmates(rows: pl.DataFrame | None) -> dict[str, Sample]:
    """Single users' values with their classrooms by variant: a quantile over clusters needs both."""
    found: dict[str, Sample] = {}
    for key, part in () if rows is None else rows.partition_by("variant", as_dict=True).items():
        classrooms = float(part["unit_id"].n_unique())
        found[str(key[0])] = Sample(
            Moments(np.array(classrooms), np.zeros(2), np.zeros((2, 2))),
            values=part["y"].to_numpy().astype(np.float64),
            cluster_of=part["unit_id"].to_numpy(),
        )
    return found


def _details(
    experiment: Experiment, metric: str, variant: str, units: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    """Strata of users, or the (y, k) of each classroom: what moments over the whole arm do not tell."""
    if metric not in units:
        return {}
    rows = units[metric].filter(pl.col("variant") == variant)
    if experiment.unit == "classroom":
        totals = rows.group_by("unit_id", maintain_order=True).agg(pl.col("y", "k").sum())
        return {
            "clusters": totals.select("y", "k").to_numpy().astype(np.float64),
            "values": rows["y"].to_numpy().astype(np.float64),
            "cluster_of": rows["unit_id"].to_numpy(),
        }
    parts = rows.partition_by("role", "platform", as_dict=True)
    return {
        "strata": {
            " × ".join(map(str, key)): Moments.of(part.select("y", "k").to_numpy())
            for key, part in parts.items()
        }
    }

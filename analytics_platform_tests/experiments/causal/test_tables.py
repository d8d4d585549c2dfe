import numpy as np

from analytics_platform.experiments.causal.tables import (
    DIAGNOSTICS_SCHEMA,
    EFFECTS_SCHEMA,
    Analysis,
    Findings,
)

ANALYSIS = Analysis("a", "why?", "adoption", "share", "ate", "all", "none")


def test_a_row_has_every_column_and_no_infinity():
    row = ANALYSIS.row("naive", effect=np.float64(0.5), effect_low=float("-inf"), units=np.int64(3))
    assert list(row) == EFFECTS_SCHEMA.names
    assert row["effect_low"] is None
    assert type(row["units"]) is int
    assert row["is_recommended"] is False


def test_a_diagnostic_has_every_column():
    row = ANALYSIS.diagnostic("fit", "DE", "It fits.", value=float("nan"), passed=np.bool_(True))
    assert list(row) == DIAGNOSTICS_SCHEMA.names
    assert row["value"] is None
    assert row["passed"] is True


def test_findings_add_up():
    both = Findings([{"a": 1}], []) + Findings([{"a": 2}], [{"b": 3}])
    assert both == Findings([{"a": 1}, {"a": 2}], [{"b": 3}])

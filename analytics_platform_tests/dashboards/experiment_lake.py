"""Small tables of experiments and certificates, with the columns of the real ones."""

import pyarrow as pa

from analytics_platform.experiments.catalogue_table import CATALOGUE_SCHEMA
from analytics_platform.experiments.tables import TABLES
from analytics_platform.experiments.uplift import UPLIFT_SCHEMA
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards import detail_rows, evidence_rows, experiment_rows
from analytics_platform_tests.dashboards.experiment_rows import Record

_OBSERVATIONAL = (
    "analysis_id question design method outcome estimand population assumptions reason",
    "units treated_units",
    (
        "control_mean effect standard_error effect_low effect_high "
        "relative_effect relative_low relative_high p_value"
    ),
    "is_recommended",
)
_DOUBTS = ("analysis_id diagnostic item sentence", "", "position value low high p_value", "passed")
_CERTIFICATES = (
    "method metric_kind design sample quantity effect_kind mode note versions",
    "replications seed",
    "nominal lower_band upper_band observed monte_carlo_error",
    "is_within_band is_shipped",
)
_RECOVERY = (
    "effect_id metric population method verdict expected_verdict note",
    "",
    "truth estimate low high error relative_error",
    "covers sign_is_right is_decisive is_fair",
)


def _schema(columns: tuple[str, str, str, str]) -> pa.Schema:
    kinds = (pa.string(), pa.int64(), pa.float64(), pa.bool_())
    return pa.schema(
        [(name, kind) for names, kind in zip(columns, kinds, strict=True) for name in names.split()]
    )


SCHEMAS: dict[str, pa.Schema] = {
    "experiments.catalogue": CATALOGUE_SCHEMA,
    **TABLES,
    "experiments.uplift": UPLIFT_SCHEMA,
    "experiments.observational_effects": _schema(_OBSERVATIONAL),
    "experiments.observational_diagnostics": _schema(_DOUBTS),
    "validation.certificates": _schema(_CERTIFICATES).append(
        pa.field("certified_at", pa.timestamp("us", "UTC"))
    ),
    "validation.recovery": _schema(_RECOVERY),
}

CONTENT = {
    "experiments.catalogue": experiment_rows.catalogue,
    "experiments.readouts": experiment_rows.readouts,
    "experiments.segment_effects": detail_rows.segment_effects,
    "experiments.effects_over_time": detail_rows.effects_over_time,
    "experiments.srm": experiment_rows.srm,
    "experiments.diagnostics": experiment_rows.diagnostics,
    "experiments.decisions": experiment_rows.decisions,
    "experiments.power_plans": experiment_rows.power_plans,
    "experiments.uplift": detail_rows.uplift,
    "experiments.observational_effects": evidence_rows.observational_effects,
    "experiments.observational_diagnostics": evidence_rows.observational_diagnostics,
    "validation.certificates": evidence_rows.certificates,
    "validation.recovery": evidence_rows.recovery,
}


def rows_of(name: str) -> list[Record]:
    """The usual rows of a table as a page reads them: with every column."""
    return pa.Table.from_pylist(CONTENT[name](), SCHEMAS[name]).to_pylist()


def write_table(lake: Lake, name: str, rows: list[Record] | None = None) -> None:
    """Write one of the tables; by default with its usual rows."""
    schema = SCHEMAS[name]
    lake.replace(name, [pa.Table.from_pylist(CONTENT[name]() if rows is None else rows, schema)], schema)


def write_experiments(lake: Lake, *, without: tuple[str, ...] = ()) -> None:
    """All tables of the Experiments and Trust pages, but for some."""
    for name in CONTENT:
        if name not in without:
            write_table(lake, name)

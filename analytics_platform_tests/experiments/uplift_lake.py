"""A lake of one experiment in which a nudge helps teachers and nobody else."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import day, days, user_day, write_user_days
from analytics_platform_tests.raw_rows import Row, instant, user, write_raw

EXPOSED_ON = 30
LAST = 57
EXPOSURES_SCHEMA = pa.schema(
    [
        ("experiment_id", pa.string()),
        ("user_id", pa.int64()),
        ("variant", pa.string()),
        ("role", pa.string()),
        ("country", pa.string()),
        ("platform", pa.string()),
        ("plan", pa.string()),
        ("tenure_days", pa.int64()),
        ("is_excluded", pa.bool_()),
        ("event_date", pa.date32()),
    ]
)


def experiment(primary: str = "events", **changes: object) -> Experiment:
    return Experiment.model_validate(
        {
            "id": "nudge",
            "hypothesis": "A nudge helps.",
            "variants": {"control": 0.5, "treatment": 0.5},
            "start_date": day(EXPOSED_ON),
            "end_date": day(LAST),
            "primary": primary,
            **changes,
        }
    )


def exposure(user_id: int, variant: str, **columns: object) -> Row:
    return {
        "experiment_id": "nudge",
        "user_id": user_id,
        "variant": variant,
        "role": "student",
        "country": "DE",
        "platform": "web",
        "plan": "free",
        "tenure_days": 10,
        "is_excluded": False,
        "event_date": day(EXPOSED_ON),
        **columns,
    }


def write_lake(root: Path, exposures: list[Row], user_days: list[Row]) -> DuckDBEngine:
    """An engine over a lake with these exposures and days; everybody exposed signed up on the first day."""
    lake = Lake(root)
    write_raw(lake, users=[user(row["user_id"], instant(0, "00:00")) for row in exposures])
    write_user_days(lake, user_days)
    table = pa.Table.from_pylist(sorted(exposures, key=lambda row: row["event_date"]), EXPOSURES_SCHEMA)
    lake.replace_days("experiments.exposures", days(0, 400), [table], EXPOSURES_SCHEMA)
    return DuckDBEngine(lake)


def nudged(root: Path, users: int) -> DuckDBEngine:
    """Users with ten uses on average; the nudge gives teachers, a half of them, six more."""
    random = np.random.default_rng(5)
    exposures: list[Row] = []
    user_days: list[Row] = []
    for user_id in range(1, users + 1):
        is_treated, is_teacher = random.random(2) < 0.5
        role = "teacher" if is_teacher else "student"
        exposures.append(exposure(user_id, "treatment" if is_treated else "control", role=role))
        uses = int(random.poisson(10 + 6 * (is_treated and is_teacher)))
        user_days += [
            user_day(user_id, EXPOSED_ON - 3, events=int(random.poisson(5))),
            user_day(user_id, EXPOSED_ON + 2, events=uses),
        ]
    return write_lake(root, exposures, user_days)


AS_OF: date = day(LAST)

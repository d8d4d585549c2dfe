"""Made-up segments, curves over time and uplift of the experiments in `experiment_rows`."""

from datetime import timedelta

from analytics_platform_tests.dashboards.experiment_rows import EXPERIMENTS, START, Record, interval, readout


def segment_effects() -> list[Record]:
    values = {
        "role": {"student": 0.1, "teacher": 0.19},
        "platform": {"web": 0.12, "ios": 0.11, "android": 0.09},
        "country": {"GB": 0.13, "US": 0.1, "IN": None},
    }
    return [
        {
            **readout("calmer_layout", "engagement_seconds_per_user", "cuped", effect),
            "dimension": dimension,
            "segment": segment,
            **interval(effect, 0.06),
            "shrunken_relative_effect": None if effect is None else 0.5 * effect + 0.055,
            "shrunken_low": None if effect is None else 0.5 * effect + 0.025,
            "shrunken_high": None if effect is None else 0.5 * effect + 0.085,
            "heterogeneity_p_value": {"role": 0.004, "platform": 0.61}.get(dimension),
        }
        for dimension, segments in values.items()
        for segment, effect in segments.items()
    ]


def effects_over_time() -> list[Record]:
    rows: list[Record] = []
    for name, (_, metric, _, _, effect) in EXPERIMENTS.items():
        for curve in ("as_of", "days_since_exposure"):
            for day in range(28):
                value = None if effect is None or day == 0 else effect * (1 + 3 / (day + 1))
                half = 0.5 / (day + 1) ** 0.8
                bounds = (
                    {}
                    if value is None or curve != "as_of"
                    else {"boundary_low": value - 1.4 * half, "boundary_high": value + 1.4 * half}
                )
                rows.append(
                    {
                        "experiment_id": name,
                        "variant": "treatment",
                        "metric": metric,
                        "curve": curve,
                        "position": day,
                        "position_date": START + timedelta(days=day) if curve == "as_of" else None,
                        "control_units": 180 * (day + 1),
                        "treatment_units": 181 * (day + 1),
                        **interval(value, half),
                        **bounds,
                        "information_fraction": (day + 1) / 28 if curve == "as_of" else None,
                        "has_crossed": bool(bounds) and bounds["boundary_low"] > 0,
                        "reason": "too few units" if value is None else None,
                    }
                )
    return rows


def uplift() -> list[Record]:
    about = {"experiment_id": "calmer_layout", "metric": "engagement_seconds_per_user", "n": 10000}
    rows: list[Record] = []
    for learner in ("t_learner", "dr_learner"):
        own = {**about, "learner": learner}
        rows += [
            {
                **own,
                "statistic": "qini",
                "estimate": 8.1,
                "low": 2.0,
                "high": 14.0,
                "sentence": "The ranking gains 8.1 s a user over chance.",
            },
            {
                **own,
                "statistic": "policy_gain",
                "estimate": 3.0,
                "low": -1.0,
                "high": 7.0,
                "sentence": "Treating only 60% adds 3.0 s over treating everybody: too little to tell.",
            },
        ]
        for step in range(11):
            share = step / 10
            gain = 60 * (share - share**2 / 3)
            rows.append(
                {
                    **own,
                    "statistic": "curve",
                    "position": share,
                    "estimate": gain,
                    "low": gain - 6 * share,
                    "high": gain + 6 * share,
                }
            )
            rows.append({**own, "statistic": "curve_random", "position": share, "estimate": 40 * share})
        for place in range(5):
            rows.append(
                {
                    **own,
                    "statistic": "calibration_bin",
                    "item": str(place),
                    "position": 10.0 * place,
                    "estimate": 9.0 * place + 2,
                    "low": 9.0 * place - 6,
                    "high": 9.0 * place + 10,
                }
            )
        rows += [
            {**own, "statistic": "importance", "item": item, "estimate": size}
            for item, size in (("tenure_days", 2.0), ("role", 3.5))
        ]
    return rows

"""Whether the methods hold what they promise: each certificate against its band."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.certification import is_limit, limit_words, standing
from dashboards.formats import instant
from dashboards.reader import Reading
from dashboards.reader import Row as Record
from dashboards.vocabulary import count, in_words, method_label

MOST_BARS = 12
"""More certificates of one method are drawn as bare dots, unless few methods are shown."""
ROLES = ("shipped", "limit", "foil")
ROLE_MARKS = {"shipped": "", "limit": " (known limit)", "foil": " (bad on purpose)"}
SHARES = {
    "false_positives",
    "coverage",
    "lower_miss",
    "upper_miss",
    "power",
    "any_look",
    "found_in_3_days",
    "found_in_7_days",
}
CERTIFICATE_COLUMNS = (
    "method", "metric_kind", "design", "sample", "quantity", "effect_kind", "nominal", "lower_band",
    "upper_band", "observed", "monte_carlo_error", "replications", "seed", "mode", "is_within_band",
    "is_shipped", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A certificate on the chart.

    Attributes:
        method: its label.
        place: where it lies in its band, -1 to 1; beyond: outside.
        error: Monte Carlo error (two standard errors) in the same unit.
        role: `shipped`, `limit` (a shipped method where it is known to fail) or `foil` (bad on purpose).
        is_within: whether the certificate holds.
        words: all of it in a sentence.
    """

    method: str
    place: float
    error: float
    role: str
    is_within: bool
    words: str


def headline(certificates: Sequence[Record]) -> str:
    """How many certificates of shipped methods hold, whether the foils fail as they should, known limits."""
    shipped, limits, foils = ([row for row in certificates if role(row) == name] for name in ROLES)
    if not shipped:
        return "No certificate of a shipped method yet"
    held = sum(row["is_within_band"] for row in shipped)
    told = f"{held} of {count(len(shipped), 'certificate')} within their bands"
    if len(shipped) == 1:
        told = f"{'The one certificate is' if held else 'The one certificate is not'} within its band"
    failing = len({row["method"] for row in foils if not row["is_within_band"]})
    total = len({row["method"] for row in foils})
    caught = f"{failing} of {count(total, 'method')} made bad on purpose caught" if foils else ""
    limited = len({row["method"] for row in limits})
    known = f"limits of {count(limited, 'method')} known" if limits else ""
    return "; ".join(part for part in (told, caught, known) if part)


def role(certificate: Record) -> str:
    """What a certificate is there for: `shipped`, `limit` or `foil`."""
    if certificate["is_shipped"]:
        return "shipped"
    return "limit" if is_limit(certificate) else "foil"


def limits(certificates: Sequence[Record]) -> list[str]:
    """A sentence a method with known limits."""
    methods = dict.fromkeys(row["method"] for row in certificates if is_limit(row))
    return limit_words([standing(certificates, method) for method in methods])


def subtitle(certificates: Sequence[Record], reading: Reading) -> str:
    """When, how often, from which seed, on which versions."""
    latest = max(certificates, key=lambda row: row["certified_at"])
    seeds = sorted({row["seed"] for row in certificates})
    modes = Counter(row["mode"] for row in certificates)
    most = max(row["replications"] for row in certificates)
    parts = (
        f"certified {instant(latest['certified_at'], reading.settings.zone)}",
        f"{' and '.join(sorted(modes))} mode, up to {most:,} replications a cell",
        f"seed {', '.join(map(str, seeds))}",
        latest["versions"],
    )
    return " · ".join(part for part in parts if part)


def choose(certificates: Sequence[Record], method: str | None, kind: str | None) -> list[Record]:
    """Certificates of a method and of a metric kind; None: of all."""
    return [
        row
        for row in certificates
        if (method is None or row["method"] == method) and (kind is None or row["metric_kind"] == kind)
    ]


def cells(certificates: Sequence[Record]) -> list[Cell]:
    """Certificates that have a band: shipped methods, their limits, foils."""
    ranked = sorted(certificates, key=lambda row: (ROLES.index(role(row)), method_label(row["method"])))
    return [cell for row in ranked if (cell := _cell(row)) is not None]


def _cell(row: Record) -> Cell | None:
    observed, error = row["observed"], row["monte_carlo_error"] or 0.0
    band = _band(row)
    if observed is None or band is None:
        return None
    middle, half = (band[0] + band[1]) / 2, (band[1] - band[0]) / 2
    place = (observed - middle) / half
    # A band open to one side has no far end: the table's own verdict decides.
    place = max(-1.0, min(1.0, place)) if row["is_within_band"] else place
    label = method_label(row["method"])
    return Cell(label, place, 2 * error / half, role(row), row["is_within_band"], sentence(row))


def _band(row: Record) -> tuple[float, float] | None:
    """The band; one open to a side is as wide on that side of the nominal value, or four errors."""
    low, high, nominal = row["lower_band"], row["upper_band"], row["nominal"]
    reach = 4 * (row["monte_carlo_error"] or 0.01)
    if low is None and high is None:
        return None
    if low is None:
        low = 2 * nominal - high if nominal is not None and nominal < high else high - reach
    if high is None:
        high = 2 * nominal - low if nominal is not None and nominal > low else low + reach
    return (low, high) if high > low else (low - reach / 2, high + reach / 2)


def quantity(row: Record, name: str) -> str:
    """A number of a certificate in the unit of its quantity."""
    value = row[name]
    if value is None:
        return "none"
    return f"{100 * value:.2f}%" if row["quantity"] in SHARES else f"{value:.3g}"


def band_words(row: Record) -> str:
    """Such as `4.45% to 5.57%`, `at most 0.56%`."""
    low, high = row["lower_band"], row["upper_band"]
    if low is None and high is None:
        return "none"
    if low is None or high is None:
        return (
            f"at most {quantity(row, 'upper_band')}"
            if low is None
            else f"at least {quantity(row, 'lower_band')}"
        )
    return f"{quantity(row, 'lower_band')} to {quantity(row, 'upper_band')}"


def setting(row: Record) -> str:
    """What was simulated: metric kind, design, sample, effect."""
    parts = (
        row["metric_kind"],
        row["design"],
        f"{row['sample']} sample" if row["sample"] else "",
        row["effect_kind"],
    )
    return ", ".join(part for part in parts if part)


def sentence(row: Record) -> str:
    """A certificate in one line."""
    return (
        f"{method_label(row['method'])}, {setting(row)}: {in_words(row['quantity']).lower()} "
        f"{quantity(row, 'observed')} ± {quantity(row, 'monte_carlo_error')}, "
        f"nominal {quantity(row, 'nominal')}, band {band_words(row)}, R = {row['replications']:,}"
    )


def table(certificates: Sequence[Record]) -> list[dict[str, str]]:
    """Certificates in words, misses of shipped methods first."""
    ranked = sorted(
        certificates, key=lambda row: (row["is_within_band"] or not row["is_shipped"], ROLES.index(role(row)))
    )
    return [
        {
            "": "✓" if row["is_within_band"] else "✕",
            "method": method_label(row["method"]) + ROLE_MARKS[role(row)],
            "setting": setting(row),
            "quantity": in_words(row["quantity"]),
            "nominal": quantity(row, "nominal"),
            "observed": quantity(row, "observed"),
            "± Monte Carlo": quantity(row, "monte_carlo_error"),
            "band": band_words(row),
            "replications": f"{row['replications']:,}",
            "note": row["note"] or "",
        }
        for row in ranked
    ]

"""Whether a method may be trusted: what its certificates say, as a badge beside its numbers.

A certificate speaks for one kind of metric: a method proved on means is not thereby proved on ratios.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboards.reader import Row
from dashboards.vocabulary import method_label

CERTIFICATES = "validation.certificates"
RECOVERY = "validation.recovery"
LIMIT = "limit:"

Word = Literal["certified", "uncertified", "not certified yet"]
_BADGES: dict[Word, tuple[str, str]] = {
    "certified": ("green", "verified"),
    "uncertified": ("red", "gpp_bad"),
    "not certified yet": ("orange", "pending"),
}
_CERTIFIED_AS = {
    "proportion": ("binary",),
    "retention": ("binary",),
    "winsorised": ("heavy_tail", "mean"),
}
_PLURALS = {
    "mean": "means",
    "count": "counts",
    "proportion": "proportions",
    "retention": "retention",
    "winsorised": "winsorised means",
    "ratio": "ratios",
    "quantile": "quantiles",
}


@dataclass(frozen=True)
class Standing:
    """What the certificates say of a method on a kind of metric.

    Attributes:
        method: its name in the tables.
        cells: certificates that were run on the shipped form and speak for the metric.
        misses: how many of them fell outside their band.
        elsewhere: certificates of the shipped form that speak for other kinds of metric only.
        subject: what the metric is, such as `ratios`; empty where its kind does not matter.
        limits: where the method is known to fail, in words.
    """

    method: str
    cells: int
    misses: int
    elsewhere: int = 0
    subject: str = ""
    limits: tuple[str, ...] = ()

    @property
    def word(self) -> Word:
        if self.cells:
            return "uncertified" if self.misses else "certified"
        return "uncertified" if self.elsewhere else "not certified yet"

    @property
    def text(self) -> str:
        """The word, with what it was not certified for, or that limits are known."""
        if self.elsewhere and not self.cells:
            return f"uncertified: not certified for {self.subject}"
        return f"{self.word}, with a known limit" if self.cells and self.limits else self.word

    @property
    def badge(self) -> str:
        """The words as a Markdown badge that links to the Trust page."""
        color, icon = _BADGES[self.word]
        return f"[:{color}-badge[:material/{icon}: {self.text}]](trust?method={self.method})"


def standing(
    certificates: Sequence[Row], method: str, kind: str | None = None, unit: str = "user"
) -> Standing:
    """The standing of a method by the rows of `validation.certificates`; foils do not count.

    Args:
        certificates: rows of that table.
        method: name of the method.
        kind: kind of the metric, as `experiments.readouts` names it; None: any.
        unit: what was randomised; classrooms need certificates on clusters.
    """
    own = [row for row in certificates if row["method"] == method]
    kinds = certified_as(kind, unit)
    fitting = [row for row in own if not kinds or row["metric_kind"] in kinds]
    shipped = [row for row in fitting if row["is_shipped"]]
    elsewhere = sum(row["is_shipped"] for row in own) - len(shipped)
    misses = sum(not row["is_within_band"] for row in shipped)
    return Standing(method, len(shipped), misses, elsewhere, _subject(kind, unit), limits(fitting))


def of_rows(certificates: Sequence[Row], rows: Iterable[Row], unit: str = "user") -> list[Standing]:
    """A standing for each method and kind of metric among readouts, each badge of a method once."""
    pairs = dict.fromkeys((row["method"], row.get("kind")) for row in rows)
    found = [standing(certificates, method, kind, unit) for method, kind in pairs]
    return list({(each.method, each.text): each for each in found}.values())


def certified_as(kind: str | None, unit: str = "user") -> tuple[str, ...]:
    """Kinds of metric whose certificates speak for a readout; empty: all do."""
    if kind is None:
        return ()
    return ("clustered",) if unit == "classroom" else _CERTIFIED_AS.get(kind, (kind,))


def limits(certificates: Iterable[Row]) -> tuple[str, ...]:
    """What the notes say of known limits, each reason once, with the first setting it was found in."""
    told: dict[str, str] = {}
    for row in certificates:
        if is_limit(row):
            note = row["note"].removeprefix(LIMIT).strip().rstrip(".")
            told.setdefault(note.partition("; ")[0], note)
    return tuple(told.values())


def is_limit(certificate: Row) -> bool:
    """Whether a row shows where a shipped method stops to hold; another row not shipped is a foil."""
    return not certificate["is_shipped"] and (certificate.get("note") or "").startswith(LIMIT)


def limit_words(standings: Iterable[Standing]) -> list[str]:
    """A sentence a method with known limits."""
    return [
        f"Known limit of {method_label(found.method)}: {'; '.join(found.limits)}."
        for found in {each.method: each for each in standings if each.limits}.values()
    ]


def _subject(kind: str | None, unit: str) -> str:
    if kind is None:
        return ""
    return "whole classrooms" if unit == "classroom" else _PLURALS.get(kind, f"{kind} metrics")

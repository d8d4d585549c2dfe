"""Whether a method may be trusted: what its certificates say, as a badge beside its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboards.reader import Row

CERTIFICATES = "validation.certificates"
RECOVERY = "validation.recovery"

Word = Literal["certified", "uncertified", "not certified yet"]
_BADGES: dict[Word, tuple[str, str]] = {
    "certified": ("green", "verified"),
    "uncertified": ("red", "gpp_bad"),
    "not certified yet": ("orange", "pending"),
}


@dataclass(frozen=True)
class Standing:
    """What the certificates say of a method.

    Attributes:
        method: its name in the tables.
        cells: certificates that were run on the shipped form.
        misses: how many of them fell outside their band.
    """

    method: str
    cells: int
    misses: int

    @property
    def word(self) -> Word:
        if not self.cells:
            return "not certified yet"
        return "uncertified" if self.misses else "certified"

    @property
    def badge(self) -> str:
        """The word as a Markdown badge that links to the Trust page."""
        color, icon = _BADGES[self.word]
        return f"[:{color}-badge[:material/{icon}: {self.word}]](trust?method={self.method})"


def standing(certificates: Sequence[Row], method: str) -> Standing:
    """The standing of a method by the rows of `validation.certificates`; foils do not count."""
    own = [row for row in certificates if row["method"] == method and row["is_shipped"]]
    return Standing(method, len(own), sum(not row["is_within_band"] for row in own))

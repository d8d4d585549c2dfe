"""Train the shipped detector on planted errors: `python -m analytics_platform.validation.detector_training`.

Weights come from one seed of the simulated library, calibration and threshold from another, figures from a
third; none is a world's default. The error types are planted, so weights tuned freely would learn how they
were planted. They are drawn towards one common positive value, as if a third as many rows again had said so,
and none may fall below 0: that costs a little on the library and carries over to other texts.

Source: Dawes (1979), *American Psychologist* 34 (equal weights under a change of population).
"""

import hashlib
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from analytics_platform.llm_quality.detector import DOUBTS, FILE, Detector, design
from analytics_platform.llm_quality.evaluation import threshold
from analytics_platform.llm_quality.signals.score import RULES, score_texts
from analytics_platform.simulation.text import library
from analytics_platform.simulation.text.library import HARMLESS
from analytics_platform.stats.calibration import platt
from analytics_platform.validation.tight_texts import tight

LINE_SEED, CALIBRATION_SEED, TEST_SEED = 770_001, 770_002, 770_003
LINE_TEXTS, CALIBRATION_TEXTS = 6_000, 3_000
COMMON_WEIGHT = 0.3
"""Log odds per standard deviation that every weight is drawn towards."""
PULL_SHARE = 1 / 3
UNSUPPORTED_SHARE = 0.2
"""Share of unsupported texts that chances are calibrated for; half of the library's are."""
DIGITS = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """Scored texts with their truth.

    Attributes:
        texts: rows of the library, those with signals.
        signals: their signals, and feature.
        is_unsupported: whether an error is planted that the source does not bear out, shape (n,).
    """

    texts: pl.DataFrame
    signals: pl.DataFrame
    is_unsupported: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: pl.DataFrame) -> "Labelled":
        """Score texts; those with nothing to compare are left out."""
        signals = score_texts(texts).with_columns(texts["feature"])
        kept = pl.Series(~np.isnan(design(signals)).any(axis=1))
        planted = is_unsupported(texts["error_type"]).filter(kept)
        return cls(texts.filter(kept), signals.filter(kept), planted.to_numpy())

    def thinned(self, share: float) -> "Labelled":
        """With later unsupported ones left out, so that they make up a share of every feature's texts."""
        kept = ~self.is_unsupported
        for feature in self.texts["feature"].unique():
            own = (self.texts["feature"] == feature).to_numpy()
            wanted = round((own & ~self.is_unsupported).sum() * share / (1 - share))
            kept |= own & self.is_unsupported & (np.cumsum(own & self.is_unsupported) <= wanted)
        chosen = pl.Series(kept)
        return Labelled(self.texts.filter(chosen), self.signals.filter(chosen), self.is_unsupported[kept])


def is_unsupported(error_type: pl.Series) -> pl.Series:
    """Whether a planted error makes a text unsupported: other faults, such as a refusal, do not."""
    return error_type.is_not_null() & ~error_type.is_in(HARMLESS).fill_null(value=False)


def train() -> Detector:
    """The detector that is shipped."""
    rows = Labelled.of(both_kinds(LINE_SEED, LINE_TEXTS))
    weights, _ = fitted(design(rows.signals), rows.is_unsupported, _features(rows))
    return calibrated(weights, Labelled.of(both_kinds(CALIBRATION_SEED, CALIBRATION_TEXTS)))


def both_kinds(seed: int, size: int) -> pl.DataFrame:
    """Texts of a seed as they are, and their prose once more without filler."""
    texts = library(seed, size)
    return pl.concat([texts, tight(texts)])


def fitted(x: Floats, y: NDArray[np.bool_], feature: NDArray[np.str_]) -> tuple[Floats, dict[str, float]]:
    """Weights per unit of each doubt, none below 0, and the level of each feature.

    Args:
        x: doubts, shape (n, doubts).
        y: whether unsupported, shape (n,).
        feature: of each text, shape (n,); levels differ, weights do not.
    """
    scale = np.maximum(x.std(axis=0), 1e-9)
    z, names = x / scale, sorted(set(feature.tolist()))
    levels = np.stack([feature == name for name in names], axis=1).astype(float)
    pull, size = PULL_SHARE * len(y), x.shape[1]

    def loss(at: Floats) -> tuple[float, Floats]:
        off = at[:size] - COMMON_WEIGHT
        logit = z @ at[:size] + levels @ at[size:]
        gap = expit(logit) - y
        value = np.logaddexp(0, logit).sum() - logit[y].sum() + pull / 2 * (off**2).sum()
        return float(value), np.concatenate([z.T @ gap + pull * off, levels.T @ gap])

    start = np.concatenate([np.full(size, COMMON_WEIGHT), np.zeros(len(names))])
    bounds = [(0, None)] * size + [(None, None)] * len(names)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:size] / scale, dict(zip(names, found[size:].tolist(), strict=True))


def calibrated(weights: Floats, rows: Labelled) -> Detector:
    """The detector whose slope is common, whose level is that of each feature, on texts not trained on."""
    usual = rows.thinned(UNSUPPORTED_SHARE)
    score, feature, y = design(usual.signals) @ weights, _features(usual), usual.is_unsupported
    names = sorted(set(feature.tolist()))
    slope = float(np.mean([platt(score[feature == name], y[feature == name]).slope for name in names]))
    offsets = {name: _level(slope * score[feature == name], y[feature == name]) for name in names}
    found = Detector(_named(weights), _rounded(offsets), round(slope, DIGITS), 0.5, _training())
    flagged_from = threshold(y, expit(found.logit(usual.signals)))
    return replace(found, threshold=round(flagged_from, DIGITS))


def _features(rows: Labelled) -> NDArray[np.str_]:
    return rows.texts["feature"].to_numpy().astype(str)


def _named(weights: Floats) -> dict[str, float]:
    return _rounded(dict(zip(DOUBTS, weights.tolist(), strict=True)))


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in values.items()}


def _level(logit: Floats, y: NDArray[np.bool_]) -> float:
    """Offset at which the mean chance is the share that is unsupported, by bisection."""
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(logit + middle).mean() < y.mean() else (low, middle)
    return (low + high) / 2


def _training() -> dict[str, Any]:
    return {
        "rules": RULES,
        "seeds": {"line": LINE_SEED, "calibration": CALIBRATION_SEED},
        "texts": {"line": LINE_TEXTS, "calibration": CALIBRATION_TEXTS},
        "library_digest": library_digest(),
        "unsupported_share": UNSUPPORTED_SHARE,
    }


def library_digest() -> str:
    """Digest of the first texts of the training seed: another library asks for another training."""
    texts = library(LINE_SEED, 300).select("source_text", "output_text", "error_type").rows()
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]


def main(file: Path = FILE) -> None:
    """Train and write the file."""
    detector = train()
    file.write_text(detector.text())
    sys.stdout.write(f"{file}: detector {detector.version}\n")


if __name__ == "__main__":
    main()

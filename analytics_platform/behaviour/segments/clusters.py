"""Segments found by k-means: as many as are stable, named by what sets them apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics_platform.behaviour.segments.features import CLUSTERED, FEATURES, Feature, Floats, transformed
from analytics_platform.behaviour.segments.rules import GONE
from analytics_platform.stats.cluster_stability import Stability, chosen, fitted, nearest, stabilities

SEED = 20260101
MOST_JUDGED, MOST_FITTED = 4_000, 50_000
LEAST_PEOPLE = 200
REACH = 3.0
"""Standard deviations beyond which a feature counts no further."""
ALL = "all active users"
NAMED_AT = 0.3
"""Standard deviations from everybody's mean from which a feature is worth naming."""


@dataclass(frozen=True)
class Clusters:
    """A fit, which assigns people of any date.

    Attributes:
        stabilities: how well each number of clusters held; empty where people were too few to look.
        names: of the clusters, the largest first; one alone where nothing is stable.
        centres: in standard deviations from the mean, shape (k, q).
        middle: means of the transformed features, shape (p,).
        spread: their standard deviations, shape (p,); 0 for a feature that does not vary.
    """

    stabilities: tuple[Stability, ...]
    names: tuple[str, ...]
    centres: Floats
    middle: Floats
    spread: Floats

    def assign(self, people: pl.DataFrame) -> pl.Series:
        """Segment of everybody: `gone` for who was not active in the window."""
        is_active = (people["active_days"] > 0).to_numpy()
        labels = np.full(len(people), GONE, dtype=object)
        if is_active.any():
            at = nearest(self._standardised(people.filter(pl.col("active_days") > 0)), self.centres)
            labels[is_active] = np.array(self.names, dtype=object)[at]
        return pl.Series("segment", labels, dtype=pl.String)

    def _standardised(self, people: pl.DataFrame) -> Floats:
        return _standardised(people, self.middle, self.spread)


def find_clusters(people: pl.DataFrame) -> Clusters:
    """Clusters of the people active in the window.

    Args:
        people: of `people_at`.
    """
    active = people.filter(pl.col("active_days") > 0)
    sample = _sample(active, MOST_FITTED)
    values = transformed(sample) if len(sample) else np.zeros((1, len(CLUSTERED)))
    middle, spread = values.mean(0), values.std(0)
    points = _standardised(sample, middle, spread)
    if not len(sample):
        return Clusters((), (ALL,), points, middle, spread)
    found: list[Stability] = []
    if len(sample) >= LEAST_PEOPLE and points.shape[1]:
        found = stabilities(_standardised(_sample(active, MOST_JUDGED), middle, spread), SEED)
    clusters = chosen(found)
    centres = fitted(points, clusters, SEED) if clusters > 1 else points.mean(0, keepdims=True)
    names = cluster_names(sample, nearest(points, centres), clusters) if clusters > 1 else [ALL]
    return Clusters(tuple(found), tuple(names), centres, middle, spread)


def _sample(people: pl.DataFrame, most: int) -> pl.DataFrame:
    return people if len(people) <= most else people.sample(most, seed=SEED).sort("user_id")


def _standardised(people: pl.DataFrame, middle: Floats, spread: Floats) -> Floats:
    """Features that vary, in standard deviations from the mean, shape (n, q)."""
    varies = spread > 1e-9
    scaled = (transformed(people)[:, varies] - middle[varies]) / spread[varies]
    return np.clip(scaled, -REACH, REACH)


def differences(people: pl.DataFrame, labels: np.ndarray, clusters: int) -> Floats:
    """How far each cluster's mean lies from everybody's, in standard deviations of people, (k, features)."""
    numbers = people.select(
        pl.col(each.name).cast(pl.Float64).log1p() if each.is_logged else pl.col(each.name).cast(pl.Float64)
        for each in FEATURES
    ).to_numpy()
    spread = numbers.std(0)
    spread[spread < 1e-9] = np.inf
    return np.stack([(numbers[labels == at].mean(0) - numbers.mean(0)) / spread for at in range(clusters)])


def cluster_names(people: pl.DataFrame, labels: np.ndarray, clusters: int) -> list[str]:
    """Such as `Frequent quiz-heavy teachers`: the two largest differences, and who they are.

    A name that two clusters would share gets its next largest differences, so that all are unique.
    """
    apart = differences(people, labels, clusters)
    nouns = [_noun(people, labels == at) for at in range(clusters)]
    words = [_words(row) for row in apart]
    names = [_name(words[at][:2], nouns[at]) for at in range(clusters)]
    for shown in range(3, len(FEATURES)):
        repeated = [at for at in range(clusters) if names.count(names[at]) > 1]
        for at in repeated:
            names[at] = _name(words[at][:shown], nouns[at])
    return [name if names.count(name) == 1 else f"{name} {at + 1}" for at, name in enumerate(names)]


def _words(apart: Sequence[float] | Floats) -> list[str]:
    """Words for a cluster's differences, the largest first; teaching is told by the noun."""
    ranked = sorted(zip(FEATURES, apart, strict=True), key=lambda pair: -abs(pair[1]))
    return [
        word_of(feature, size)
        for feature, size in ranked
        if feature.name != "is_teacher" and abs(size) >= NAMED_AT
    ]


def word_of(feature: Feature, difference: float) -> str:
    """How a segment is called that lies so far from everybody's mean."""
    return feature.high if difference > 0 else feature.low


def _noun(people: pl.DataFrame, own: np.ndarray) -> str:
    """Whom a cluster is mostly made of, where there are teachers and students."""
    teaches = people["is_teacher"].to_numpy()
    everybody, share = float(teaches.mean()), float(teaches[own].mean())
    if not 0 < everybody < 1:
        return "users"
    if share >= 0.5:
        return "teachers"
    return "students" if share <= min(everybody, 0.1) else "users"


def _name(words: Sequence[str], noun: str) -> str:
    name = " ".join([*(words or ["average"]), noun])
    return name[:1].upper() + name[1:]


__all__ = ["ALL", "CLUSTERED", "Clusters", "cluster_names", "differences", "find_clusters", "word_of"]

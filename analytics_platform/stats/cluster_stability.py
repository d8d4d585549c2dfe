"""How many clusters there are: as many as come back when people are drawn anew, and none in a single cloud.

k-means cuts anything into k parts. From 2 upwards, a k is believed when (1) fits on 80 % resamples agree
with the fit on all (mean adjusted Rand index), (2) every single cluster comes back (mean Jaccard of its best
match), and (3) the clusters explain more variance than k cuts do where there are fewer: in a Gaussian cloud
for each cluster believed so far, at first one, of its size, mean and covariance. The largest such k is
chosen; 1 where there is none.

Sources: Ben-Hur, Elisseeff and Guyon (2002), A stability based method for discovering structure in clustered
data; Hennig (2007), Cluster-wise assessment of cluster stability (.75 and .85); McLachlan (1987), On
bootstrapping the likelihood ratio test statistic for the number of components, for the sequence of nulls.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHOICES = range(2, 9)
RESAMPLES, SHARE = 10, 0.8
NULLS, NULL_RESAMPLES = 20, 4
LEAST_ARI, LEAST_JACCARD = 0.85, 0.75
LEAST_LEAD = 3.0
"""Standard deviations of the null by which the variance explained must exceed it."""
STARTS, FINAL_STARTS = 3, 10


@dataclass(frozen=True)
class Stability:
    """How well k clusters hold.

    Attributes:
        clusters: k.
        mean_ari: mean adjusted Rand index of resampled fits against the fit on all.
        null_ari: the same in the null; None, as all of the null, where the clusters do not come back.
        least_jaccard: the worst cluster's mean Jaccard index with its best match in resampled fits.
        explained_share: share of the variance between clusters.
        null_explained_share: mean of it over draws of the null.
        null_deviation: its standard deviation over them.
    """

    clusters: int
    mean_ari: float
    null_ari: float | None
    least_jaccard: float
    explained_share: float
    null_explained_share: float | None
    null_deviation: float | None

    @property
    def lead(self) -> float | None:
        """How far the variance explained lies above the null, in its standard deviations."""
        if self.null_explained_share is None or self.null_deviation is None:
            return None
        return (self.explained_share - self.null_explained_share) / max(self.null_deviation, 1e-4)

    @property
    def is_stable(self) -> bool:
        return _comes_back(self.mean_ari, self.least_jaccard) and (self.lead or 0.0) >= LEAST_LEAD


def stabilities(values: Floats, seed: int, choices: Iterable[int] = CHOICES) -> list[Stability]:
    """How well each number of clusters holds on points of shape (n, p)."""
    with threadpool_limits(limits=1):  # so small fits keep one core busy; two wait for each other
        draws = np.random.default_rng(seed)
        labels = np.zeros(len(values), np.int64)
        found: list[Stability] = []
        for k in choices:
            each, own = _stability(values, labels, k, draws)
            found.append(each)
            labels = own if each.is_stable else labels
        return found


def chosen(found: Iterable[Stability]) -> int:
    """The largest stable number of clusters; 1 where none is."""
    return max((each.clusters for each in found if each.is_stable), default=1)


def fitted(values: Floats, clusters: int, seed: int) -> Floats:
    """Centres of k clusters of points (n, p), the cluster of most points first, shape (k, p)."""
    with threadpool_limits(limits=1):
        centres = _centres(values, clusters, FINAL_STARTS, seed)
    sizes = np.bincount(nearest(values, centres), minlength=clusters)
    return centres[np.lexsort((*centres.T[::-1], -sizes))]


def nearest(values: Floats, centres: Floats) -> Ints:
    """The centre that each point is closest to, shape (n,)."""
    return np.argmin(_distances(values, centres), axis=1)


def _distances(values: Floats, centres: Floats) -> Floats:
    """Squared distances less each point's own norm, shape (n, k)."""
    return (centres**2).sum(1) - 2.0 * values @ centres.T


def _stability(
    values: Floats, believed: Ints, clusters: int, draws: np.random.Generator
) -> tuple[Stability, Ints]:
    """How well k clusters hold, and whose each point is, against as many clouds as are believed."""
    agreements, matches, explained, labels = _agreement(values, clusters, RESAMPLES, draws)
    mean_ari, least_jaccard = float(np.mean(agreements)), float(np.mean(matches, axis=0).min())
    if not _comes_back(mean_ari, least_jaccard):
        return Stability(clusters, mean_ari, None, least_jaccard, explained, None, None), labels
    clouds = [_clouds(values, believed, draws) for _ in range(NULLS)]
    null_agreements, _, first, _ = _agreement(clouds[0], clusters, NULL_RESAMPLES, draws)
    nulls = [first, *(_explained(cloud, _fit(cloud, clusters, draws)) for cloud in clouds[1:])]
    found = Stability(
        clusters=clusters,
        mean_ari=mean_ari,
        null_ari=float(np.mean(null_agreements)),
        least_jaccard=least_jaccard,
        explained_share=explained,
        null_explained_share=float(np.mean(nulls)),
        null_deviation=float(np.std(nulls, ddof=1)),
    )
    return found, labels


def _clouds(values: Floats, labels: Ints, draws: np.random.Generator) -> Floats:
    """As many points as there are, a Gaussian cloud for each cluster."""
    parts: list[Floats] = []
    for at in np.unique(labels):
        own = values[labels == at]
        spread = (
            np.atleast_2d(np.cov(own, rowvar=False)) if len(own) > 1 else np.zeros((values.shape[1],) * 2)
        )
        parts.append(draws.multivariate_normal(own.mean(0), spread, len(own), method="eigh"))
    return np.concatenate(parts)


def _comes_back(mean_ari: float, least_jaccard: float) -> bool:
    return mean_ari >= LEAST_ARI and least_jaccard >= LEAST_JACCARD


def _agreement(
    values: Floats, clusters: int, resamples: int, draws: np.random.Generator
) -> tuple[list[float], list[Floats], float, Ints]:
    """Adjusted Rand index and each cluster's Jaccard index by resample; share explained, labels of all."""
    # scikit-learn takes a second to import, which commands that need no clusters need not wait for.
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415

    whole = _fit(values, clusters, draws)
    labels = nearest(values, whole)
    agreements: list[float] = []
    matches: list[Floats] = []
    for _ in range(resamples):
        part = draws.choice(len(values), int(SHARE * len(values)), replace=False)
        again = nearest(values, _fit(values[part], clusters, draws))
        agreements.append(float(adjusted_rand_score(labels, again)))
        matches.append(_jaccard(labels, again, clusters))
    return agreements, matches, _explained(values, whole), labels


def _jaccard(labels: Ints, again: Ints, clusters: int) -> Floats:
    """Of each cluster with the one that matches it best, shape (k,)."""
    shared = np.bincount(labels * clusters + again, minlength=clusters**2).reshape(clusters, clusters)
    either = shared.sum(1)[:, None] + shared.sum(0) - shared
    return (shared / np.maximum(either, 1)).max(1)


def _fit(values: Floats, clusters: int, draws: np.random.Generator) -> Floats:
    return _centres(values, clusters, STARTS, int(draws.integers(2**31)))


def _centres(values: Floats, clusters: int, starts: int, seed: int) -> Floats:
    from sklearn.cluster import KMeans  # noqa: PLC0415

    model = KMeans(clusters, n_init=starts, random_state=seed)  # pyright: ignore[reportArgumentType]
    return model.fit(values).cluster_centers_


def _explained(values: Floats, centres: Floats) -> float:
    """Share of the variance that lies between clusters."""
    centre = values.mean(0)
    total = ((values - centre) ** 2).sum()
    within = ((values - centres[nearest(values, centres)]) ** 2).sum()
    return float(1.0 - within / total) if total else 0.0

"""What items are and how raters err, learned from each other where nobody knows the truth.

An item has one true class; each rater has a row of chances, for each true class, of what they say. A rater's
rows are drawn towards those of all raters, as if by a few ratings of everyone's kind, and those towards
saying what is true: someone who rated three items is not thought perfect, or a liar, for it. Raters are taken
to err independently given the class; where they share a blind spot the posterior is too sure.

Source: Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM algorithm;
Paun et al. (2018), Comparing Bayesian models of annotation, for pooling rows over raters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics_platform.errors import AnalyticsError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POOLED = 4.0
"""Ratings of each true class that all raters' rows count for in one rater's."""

RIGHT = 2.0
"""Ratings, of each class, of which as many are right in the rows of all raters."""

WRONG = 0.5
"""Ratings of each class and each other label in the rows of all raters; also items of each class."""

STEPS, TOLERANCE = 500, 1e-6


@dataclass(frozen=True)
class Consensus:
    """Classes of items and errors of raters.

    Attributes:
        posterior: chance of each class, shape (items, classes); the prevalence where nobody rated.
        prevalence: share of each class, shape (classes,).
        confusion: chance of each label by rater and true class, shape (raters, classes, classes).
        is_converged: whether no chance moved by a millionth in the last step; False after 500 steps.
    """

    posterior: Floats
    prevalence: Floats
    confusion: Floats
    is_converged: bool


def dawid_skene(item: ArrayLike, rater: ArrayLike, label: ArrayLike, classes: int) -> Consensus:
    """Classes and confusion matrices of greatest posterior chance, by expectation and maximisation.

    Args:
        item: of each rating, from 0 on, shape (n,).
        rater: of each rating, from 0 on, shape (n,).
        label: what was said, from 0 to classes − 1, shape (n,).
        classes: how many there are, two or more.

    Raises:
        AnalyticsError: there are no ratings, lengths differ, or a label is none of the classes.
    """
    items, raters, labels = (np.asarray(side, np.int64) for side in (item, rater, label))
    _refuse(items, raters, labels, classes)
    shape = (int(raters.max()) + 1, classes, classes)
    is_rated = np.bincount(items) > 0
    posterior, is_converged = _shares_of_votes(items, labels, classes), False
    prevalence, confusion = np.empty(0), np.empty(0)
    for _ in range(STEPS):
        before = posterior
        prevalence = _normal(before[is_rated].sum(axis=0) + WRONG)
        confusion = _confusion(before[items], raters, labels, shape)
        posterior = _posterior(items, raters, labels, prevalence, confusion)
        is_converged = bool(np.abs(posterior - before).max() < TOLERANCE)
        if is_converged:
            break
    return Consensus(posterior, prevalence, confusion, is_converged)


def _refuse(items: Ints, raters: Ints, labels: Ints, classes: int) -> None:
    if not len(labels):
        raise AnalyticsError("There are no ratings to find a consensus of.")
    if not len(items) == len(raters) == len(labels):
        raise AnalyticsError(
            f"Each rating has an item, a rater and a label, but there are {len(items)}, {len(raters)} and "
            f"{len(labels)}."
        )
    if labels.min() < 0 or labels.max() >= classes:
        wrong = labels[(labels < 0) | (labels >= classes)][0]
        raise AnalyticsError(f"Label {wrong} is none of {classes} classes, which count from 0.")


def _shares_of_votes(items: Ints, labels: Ints, classes: int) -> Floats:
    """Where to begin: shares of the labels that an item was given, a little towards none."""
    size = (int(items.max()) + 1) * classes
    votes = np.bincount(items * classes + labels, minlength=size).reshape(-1, classes)
    return _normal(np.asarray(votes + 0.1, np.float64))


def _confusion(of_rating: Floats, raters: Ints, labels: Ints, shape: tuple[int, int, int]) -> Floats:
    """Rows of each rater, drawn towards those of all; `of_rating` holds the posterior of each one's item."""
    many, classes, _ = shape
    place = raters * classes + labels
    counts = np.stack(
        [np.bincount(place, side, many * classes).astype(np.float64) for side in of_rating.T], axis=-1
    )
    said = np.swapaxes(counts.reshape(many, classes, classes), 1, 2)
    prior = np.full((classes, classes), WRONG) + np.eye(classes) * (RIGHT - WRONG)
    return _normal(said + POOLED * _normal(said.sum(axis=0) + prior))


def _posterior(items: Ints, raters: Ints, labels: Ints, prevalence: Floats, confusion: Floats) -> Floats:
    told = np.log(confusion)[raters, :, labels]
    many = int(items.max()) + 1
    score = np.log(prevalence) + np.stack([np.bincount(items, side, many) for side in told.T], axis=-1)
    likely = np.exp(score - score.max(axis=1, keepdims=True))
    return _normal(likely)


def _normal(weights: Floats) -> Floats:
    return weights / weights.sum(axis=-1, keepdims=True)

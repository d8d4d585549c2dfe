"""Boosted trees as plain arrays: fitted by scikit-learn, kept as numbers, explained exactly.

Arrays of numbers can be read without executing anything, whatever library version wrote them.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from analytics_platform.churn.design import Floats

SEED = 20260101
SHAPE: dict[str, Any] = {
    "max_iter": 100,
    "learning_rate": 0.09,
    "max_leaf_nodes": 6,
    "l2_regularization": 10.0,
    "max_features": 0.3,
    "early_stopping": False,
    "random_state": SEED,
}
LEAST_LEAF, MOST_LEAF = 20, 100
LARGEST = float(np.finfo(np.float64).max)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Boosted:
    """Trees of a binary classifier; arrays of shape (trees, nodes), short trees filled with leaves of 0.

    Attributes:
        base: logit before any tree.
        feature: column asked by a node; -1 for a leaf.
        threshold: a value up to it goes left.
        left: node that a smaller value leads to.
        right: node that a larger value leads to.
        missing: node that NaN leads to.
        value: logit added by a leaf; what a node would add were it one.
        count: rows that were fitted through a node.
    """

    base: float
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing: Ints
    value: Floats
    count: Floats

    kind = "boosted"

    @classmethod
    @threadpool_limits.wrap(limits=1)  # boosting's threads wait by spinning
    def fit(cls, x: Floats, y: NDArray[np.bool_]) -> "Boosted":
        """Fit on a matrix, shape (n, columns), and labels, shape (n,)."""
        leaf = int(np.clip(len(y) // 50, LEAST_LEAF, MOST_LEAF))
        return cls.of_estimator(HistGradientBoostingClassifier(**SHAPE, min_samples_leaf=leaf).fit(x, y))

    @classmethod
    def of_estimator(cls, fitted: HistGradientBoostingClassifier) -> "Boosted":
        """Take the trees out of a fitted binary classifier without categorical features."""
        stages: Any = fitted._predictors  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        trees: list[Any] = [stage[0].nodes for stage in stages]
        base: Any = fitted._baseline_prediction  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        size = max(len(nodes) for nodes in trees)
        leaf: Any = np.zeros(1, dtype=trees[0].dtype)
        leaf["is_leaf"] = 1
        nodes: Any = np.stack([np.concatenate([tree, np.repeat(leaf, size - len(tree))]) for tree in trees])
        is_leaf = nodes["is_leaf"] == 1
        own = np.broadcast_to(np.arange(size), nodes.shape)
        left = np.where(is_leaf, own, nodes["left"])
        right = np.where(is_leaf, own, nodes["right"])
        threshold = np.where(is_leaf, 0.0, np.minimum(nodes["num_threshold"], LARGEST))
        return cls(
            base=float(np.ravel(base)[0]),
            feature=np.where(is_leaf, -1, nodes["feature_idx"]).astype(np.int64),
            threshold=threshold.astype(np.float64),
            left=left.astype(np.int64),
            right=right.astype(np.int64),
            missing=np.where(nodes["missing_go_to_left"] == 1, left, right).astype(np.int64),
            value=nodes["value"].astype(np.float64),
            count=nodes["count"].astype(np.float64),
        )

    def logit(self, x: Floats) -> Floats:
        """Log odds of leaving, shape (n,)."""
        total = np.full(len(x), self.base)
        rows = np.arange(len(x))
        for tree in range(len(self.feature)):
            node = np.zeros(len(x), dtype=np.int64)
            for _ in range(self._depths[tree]):
                asked = self.feature[tree, node]
                seen = x[rows, asked]
                onward = np.where(
                    seen <= self.threshold[tree, node], self.left[tree, node], self.right[tree, node]
                )
                onward = np.where(np.isnan(seen), self.missing[tree, node], onward)
                node = np.where(asked < 0, node, onward)
            total += self.value[tree, node]
        return total

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """Exact SHAP values, shape (n, columns), and what they add up from.

        Source: Lundberg et al. (2020), *Nature Machine Intelligence* 2 (path-dependent TreeSHAP).
        """
        explainer = self._explainer
        return np.asarray(explainer.shap_values(x)), float(np.ravel(explainer.expected_value)[0])

    def interactions(self, x: Floats) -> Floats:
        """Exact SHAP interaction values, shape (n, columns, columns); rows sum to the SHAP values."""
        return np.asarray(self._explainer.shap_interaction_values(x))

    def parts(self) -> dict[str, Any]:
        """As JSON."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {"base": self.base, **arrays}

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> "Boosted":
        """From JSON; raises ValueError or KeyError where it is not what `parts` gives."""
        arrays: dict[str, Any] = {name: np.array(parts[name], dtype=kind) for name, kind in _ARRAYS.items()}
        shapes = {values.shape for values in arrays.values()}
        if len(shapes) != 1 or len(shapes.pop()) != 2:
            raise ValueError("arrays of trees differ in shape")
        size = arrays["feature"].shape[1]
        ends = np.stack([arrays[name] for name in ("left", "right", "missing")])
        if ends.min() < 0 or ends.max() >= size:
            raise ValueError("a node leads outside its tree")
        return cls(base=float(parts["base"]), **arrays)

    @cached_property
    def _depths(self) -> list[int]:
        """Depth of each tree: steps after which every row stands on a leaf."""
        depth = np.zeros(self.feature.shape, dtype=np.int64)
        for node in range(self.feature.shape[1]):
            inner = self.feature[:, node] >= 0
            for side in (self.left, self.right):
                depth[inner, side[inner, node]] = depth[inner, node] + 1
        return depth.max(axis=1).tolist()

    @cached_property
    def _explainer(self) -> Any:
        leaves = self.feature < 0
        children = {
            name: np.where(leaves, -1, getattr(self, side))
            for name, side in (
                ("children_left", "left"),
                ("children_right", "right"),
                ("children_default", "missing"),
            )
        }
        feature = np.where(leaves, -2, self.feature)
        trees = [
            {
                **{name: nodes[tree, own] for name, nodes in children.items()},
                "features": feature[tree, own],
                "thresholds": self.threshold[tree, own],
                "values": self.value[tree, own, None],
                "node_sample_weight": self.count[tree, own],
            }
            # What fills a short tree up stands behind its nodes, and no row ever came there.
            for tree, own in enumerate(self.count > 0)
        ]
        described = {
            "trees": trees,
            "base_offset": self.base,
            "input_dtype": np.float64,
            "objective": "binary_crossentropy",
            "tree_output": "log_odds",
        }
        return _tree_explainer()(described, feature_perturbation="tree_path_dependent")


def _tree_explainer() -> Any:
    """SHAP's explainer, loaded where it is needed: it draws in all of matplotlib, which warns of itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from shap import TreeExplainer  # noqa: PLC0415
    return TreeExplainer


_ARRAYS = {
    "feature": np.int64,
    "threshold": np.float64,
    "left": np.int64,
    "right": np.int64,
    "missing": np.int64,
    "value": np.float64,
    "count": np.float64,
}

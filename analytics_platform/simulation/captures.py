"""Which interactions keep their texts, which text each got, and how often answers err.

All draws are of streams of their own: nothing that users do, feel or rate depends on what is kept.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.interactions import ERROR, OK, REFUSED, Answers
from analytics_platform.simulation.sessions import Uses
from analytics_platform.simulation.tables import FEATURES
from analytics_platform.simulation.text import FEATURES as TEXT_FEATURES
from analytics_platform.simulation.text import Kind, text_ids, write_text
from analytics_platform.simulation.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Captures:
    """The interactions of a day whose texts the log keeps, each of shape (kept,).

    Attributes:
        use: position among the day's uses, ascending.
        text_id: text in the library.
        has_answer: False where the call failed: only the note is kept.
    """

    use: Ints
    text_id: Ints
    has_answer: NDArray[np.bool_]


class Archive:
    """Chooses the texts of a world and hands them out as columns of `raw.interactions`."""

    def __init__(self, world: World) -> None:
        """Bind a world."""
        self.world = world
        self.rules = world.parameters.texts
        self.versions = world.parameters.interactions

    def captures(self, uses: Uses, answers: Answers, day: int) -> Captures:
        """Kept interactions of a day and their texts; the same whichever days were built before."""
        seed = self.world.seed
        bits = draws.quarters(draws.words(draws.key(seed, "captured", day), uses.counters))
        is_kept = (bits[:, 0] + 0.5) / 65536 < self.rules.captured_share
        kept = np.flatnonzero(is_kept & (self._position[uses.feature] >= 0))
        status = answers.status[kept]
        model = answers.model[uses.owner[kept]]
        errs = (bits[kept, 1] + 0.5) / 65536 < self.error_share(uses.feature[kept], model, answers, kept, day)
        fails = (bits[kept, 2] + 0.5) / 65536 < self._of_models("format_failure_share")[model]
        kind = np.where(errs & (status == OK), Kind.ERROR, Kind.CLEAN)
        kind[fails & (status == OK)] = Kind.FORMAT_FAILURE
        kind[status == REFUSED] = Kind.REFUSAL
        lot = draws.uniforms(draws.key(seed, "text", day), uses.counters[kept])
        text_id = text_ids(self._position[uses.feature[kept]], kind, lot, self.rules.library_size)
        return Captures(kept, text_id, status != ERROR)

    def error_share(
        self, feature: NDArray[np.int8], model: Ints, answers: Answers, kept: Ints, day: int
    ) -> Floats:
        """Chance that each kept answer holds an error: worse answers err more."""
        logit = self._feature_logit[feature] + self._of_models("error_logit")[model]
        logit += self.versions.prompts[answers.prompt].error_logit
        logit += self.rules.error_by_quality * answers.quality[kept]
        for regression in self.rules.regressions:
            if regression.from_day <= day <= regression.to_day:
                logit += regression.error_logit * (model == self._model_position[regression.model])
        return 1.0 / (1.0 + np.exp(-logit))

    def columns(self, captures: Captures, count: int) -> dict[str, pa.Array]:
        """Text columns of the day's `raw.interactions`; null where nothing was kept.

        Args:
            captures: what is kept.
            count: uses of the day.
        """
        ids, place = np.unique(captures.text_id, return_inverse=True)
        known = [write_text(self.world.seed, text_id) for text_id in ids.tolist()]
        absent = np.ones(count, dtype=bool)
        absent[captures.use] = False
        index = np.zeros(count, np.int32)
        index[captures.use] = place
        is_silent = absent.copy()
        is_silent[captures.use[~captures.has_answer]] = True
        grade = np.array([text.grade_level for text in known] or [0])
        return {
            "source_text": _taken([text.source_text for text in known], index, absent),
            "output_text": _taken([text.output_text for text in known], index, is_silent),
            "grade_level": pa.array(grade[index], mask=absent),
            "subject": _taken([text.subject for text in known], index, absent),
        }

    def _of_models(self, attribute: str) -> Floats:
        return np.array([getattr(version, attribute) for version in self.versions.models])

    @cached_property
    def _model_position(self) -> dict[str, int]:
        return {version.name: place for place, version in enumerate(self.versions.models)}

    @cached_property
    def _position(self) -> Ints:
        """Position of a feature among those with texts, or -1."""
        return np.array([TEXT_FEATURES.index(name) if name in TEXT_FEATURES else -1 for name in FEATURES])

    @cached_property
    def _feature_logit(self) -> Floats:
        return np.array([self.rules.error_logit.get(name, 0.0) for name in FEATURES])  # pyright: ignore[reportArgumentType, reportCallIssue]


def _taken(values: list[str], index: NDArray[np.int32], absent: NDArray[np.bool_]) -> pa.DictionaryArray:
    """Values by position; the dictionary holds each once, else Parquet's bytes are not reproducible."""
    encoded = pa.array(values, pa.string()).dictionary_encode()
    codes = np.append(encoded.indices.to_numpy(), np.int32(0))[index]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=absent), encoded.dictionary)

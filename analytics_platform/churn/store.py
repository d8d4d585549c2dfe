"""Models on disk, beside the lake: plain JSON, read without executing anything, named by its own digest.

`{folder}/{cut_off_date}.json` holds a digest and a model; what the digest does not fit is refused.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from analytics_platform.churn.calibration import Calibration
from analytics_platform.churn.design import Design
from analytics_platform.churn.model import KINDS, ChurnModel
from analytics_platform.errors import AnalyticsError

FORMAT = 1
FOLDER = "churn_models"


def version(model: ChurnModel) -> str:
    """Names a model by its content: the first 12 digits of a SHA-256."""
    return _digest(_text(model))


def keep(folder: Path, models: Iterable[ChurnModel]) -> None:
    """Keep models in order of time: the newest always, an older one where its cut-off has none.

    A model that once scored stays as it was, whatever is learnt later.
    """
    ordered = list(models)
    for model in ordered:
        if model is ordered[-1] or not (folder / f"{model.cut_off_date}.json").exists():
            save(folder, model)


def save(folder: Path, model: ChurnModel) -> Path:
    """Write a model, in place of another of the same cut-off; the file appears whole or not at all."""
    text = _text(model)
    whole = json.dumps({"digest": _digest(text), "model": text})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model.cut_off_date}.json"
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False) as file:
        file.write(whole)
    os.replace(file.name, path)  # noqa: PTH105
    return path


def cut_offs(folder: Path) -> list[date]:
    """Cut-offs of the models kept, ascending."""
    return sorted(day for path in folder.glob("*.json") if (day := _date(path.stem)) is not None)


def newest_before(days: Iterable[date], day: date) -> date | None:
    """The latest cut-off that knows nothing of what comes after a day; None without one."""
    return max((cut_off for cut_off in days if cut_off <= day), default=None)


def load(folder: Path, cut_off_date: date) -> ChurnModel:
    """A model kept.

    Raises:
        AnalyticsError: the file cannot be read, was changed since it was written, or is of another format.
    """
    path = folder / f"{cut_off_date}.json"
    try:
        whole = json.loads(path.read_text())
        return _checked(whole["digest"], whole["model"], cut_off_date)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = str(error) or type(error).__name__
        raise AnalyticsError(
            f"{path}: this churn model cannot be used: {said}; delete the file and train again with "
            "`analytics-platform run --select churn/model_cards`."
        ) from None


def _checked(digest: str, text: str, cut_off_date: date) -> ChurnModel:
    if _digest(text) != digest:
        raise ValueError("its content does not fit its digest")
    found = _model(json.loads(text))
    if found.cut_off_date != cut_off_date:
        raise ValueError(f"it holds the model of {found.cut_off_date}")
    return found


def _text(model: ChurnModel) -> str:
    return json.dumps(
        {
            "format": FORMAT,
            "cut_off_date": str(model.cut_off_date),
            "kind": model.kind,
            "design": model.design.parts(),
            "calibration": vars(model.calibration),
            "scorer": model.scorer.parts(),
        },
        allow_nan=False,
    )


def _model(parts: dict[str, Any]) -> ChurnModel:
    if parts["format"] != FORMAT:
        raise ValueError(f"format {parts['format']} is not {FORMAT}")
    if parts["kind"] not in KINDS:
        raise ValueError(f"no kind of model is called {parts['kind']!r}")
    calibration = parts["calibration"]
    return ChurnModel(
        date.fromisoformat(parts["cut_off_date"]),
        Design.of_parts(parts["design"]),
        KINDS[parts["kind"]].of_parts(parts["scorer"]),
        Calibration(float(calibration["slope"]), float(calibration["intercept"])),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _date(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analytics_platform.churn import store
from analytics_platform.errors import AnalyticsError
from analytics_platform_tests.churn.conftest import Trained


def test_a_model_comes_back_as_it_was_and_under_the_same_version(trained: Trained, tmp_path: Path):
    for kind, model in trained.cut_offs[-1].models.items():
        store.save(tmp_path, model)
        again = store.load(tmp_path, model.cut_off_date)
        assert (again.kind, store.version(again)) == (kind, store.version(model))
        assert np.array_equal(
            again.probability(trained.history.rows), model.probability(trained.history.rows)
        )


def test_equal_models_make_equal_files(trained: Trained, tmp_path: Path):
    model = trained.cut_offs[-1].model
    assert store.save(tmp_path / "a", model).read_bytes() == store.save(tmp_path / "b", model).read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cut_off_date", "cut_of_date", "does not fit its digest"),
        ('{"digest"', '["digest"', "Expecting"),
        ('"model"', '"modell"', "model"),
    ],
)
def test_a_file_that_was_changed_is_refused(trained: Trained, tmp_path: Path, old: str, new: str, said: str):
    model = trained.cut_offs[-1].model
    path = store.save(tmp_path, model)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(AnalyticsError, match=said) as error:
        store.load(tmp_path, model.cut_off_date)
    assert str(path) in str(error.value)
    assert "train again" in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 9}, "format 9"),
        ({"kind": "oracle"}, "no kind of model"),
        ({"cut_off_date": "2020-01-01"}, "2020"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    trained: Trained, tmp_path: Path, change: dict[str, object], said: str
):
    model = trained.cut_offs[-1].model
    path = store.save(tmp_path, model)
    parts = {**json.loads(json.loads(path.read_text())["model"]), **change}
    text = json.dumps(parts)
    path.write_text(json.dumps({"digest": store._digest(text), "model": text}))
    with pytest.raises(AnalyticsError, match=said):
        store.load(tmp_path, model.cut_off_date)


def test_a_model_that_once_scored_stays_and_the_newest_is_replaced(trained: Trained, tmp_path: Path):
    older, newest = trained.cut_offs[1], trained.cut_offs[-1]
    store.keep(tmp_path, [older.models["logistic"], newest.models["logistic"]])
    store.keep(tmp_path, [older.models["boosted"], newest.models["boosted"]])
    kept = [store.load(tmp_path, each.date).kind for each in (older, newest)]
    assert kept == ["logistic", "boosted"]


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(AnalyticsError, match="No such file"):
        store.load(tmp_path, date(2026, 1, 1))


def test_a_day_is_scored_by_the_newest_model_that_knows_nothing_later(tmp_path: Path):
    for name in ("2026-01-01.json", "2026-02-01.json", "notes.json", "half.part"):
        (tmp_path / name).touch()
    kept = store.cut_offs(tmp_path)
    assert kept == [date(2026, 1, 1), date(2026, 2, 1)]
    assert store.newest_before(kept, date(2026, 2, 1)) == date(2026, 2, 1)
    assert store.newest_before(kept, date(2026, 1, 31)) == date(2026, 1, 1)
    assert store.newest_before(kept, date(2025, 12, 31)) is None

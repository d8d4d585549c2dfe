"""Which assets a text names: Dagster's selection syntax, with plain names of assets and tables too."""

import difflib
import re
import warnings
from collections.abc import Iterable

import dagster as dg

from analytics_platform.errors import AnalyticsError

_WORD = re.compile(r"(?P<up>\d*\+)?(?P<name>[\w*][\w./*]*)(?P<down>\+\d*)?")
_OPERATORS = {"and", "or", "not", "*"}


def select_assets(text: str, definitions: dg.Definitions) -> frozenset[dg.AssetKey]:
    """Resolve a selection to assets that can be built.

    Args:
        text: such as `*`, `activity/sessions`, `activity.sessions`, `activity/*`, `group:activity`,
            `+behaviour/kpi_daily` (with all it needs), `raw/events+` (with all that needs it), joined by
            commas, `and`, `or`, `not` and parentheses.
        definitions: what there is to select.

    Raises:
        AnalyticsError: the text cannot be read or names nothing.
    """
    graph = definitions.resolve_asset_graph()
    try:
        with warnings.catch_warnings():
            # Dagster's own reading of `*` uses what it calls beta.
            warnings.simplefilter("ignore", dg.BetaWarning)
            selection = dg.AssetSelection.from_string(_keyed(text))
        keys = selection.required_multi_asset_neighbors().materializable().resolve(graph)
    except dg.DagsterError:
        raise AnalyticsError(
            f"The selection {text!r} cannot be read: write asset names such as activity/sessions, "
            "`group:activity` or `+behaviour/kpi_daily`, joined by `or`."
        ) from None
    known = {key.to_user_string() for key in graph.materializable_asset_keys}
    wrong = [name for name in _plain_names(text) if name not in known]
    if wrong or not keys:
        raise AnalyticsError(f"The selection {text!r} names no asset{_nearest((wrong or [text])[0], known)}.")
    return frozenset(keys)


def _keyed(text: str) -> str:
    """Plain names written as Dagster wants them: `activity.sessions` becomes `key:"activity/sessions"`."""
    return " ".join(_term(word) for word in _words(text))


def _plain_names(text: str) -> list[str]:
    """Assets that the text names in full, without a wildcard."""
    found = [match["name"] for word in _words(text) if (match := _WORD.fullmatch(word))]
    return [name.replace(".", "/") for name in found if "*" not in name and name.lower() not in _OPERATORS]


def _words(text: str) -> list[str]:
    return text.replace(",", " or ").replace("(", " ( ").replace(")", " ) ").split()


def _term(word: str) -> str:
    plain = _WORD.fullmatch(word)
    if plain is None or word.lower() in _OPERATORS:
        return word
    name = plain["name"].replace(".", "/")
    return f'{plain["up"] or ""}key:"{name}"{plain["down"] or ""}'


def _nearest(text: str, keys: Iterable[str]) -> str:
    names = sorted(keys)
    close = difflib.get_close_matches(text.strip("+").replace(".", "/"), names, n=1)
    return f"; did you mean {close[0]}" if close else f": there are {', '.join(names)}"

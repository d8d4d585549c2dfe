"""A first mapping for an unknown log, as commented YAML that says how it does on a sample."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import PLANS, PLATFORMS
from analytics_platform.ingest import guesses
from analytics_platform.ingest.guesses import Profile, best, coverage, meaning_of, meanings
from analytics_platform.ingest.mapping import FileFormat
from analytics_platform.ingest.mapping_file import parse_mapping
from analytics_platform.ingest.sources import Source, find_files, open_source
from analytics_platform.ingest.staging import Reading

TELLING = 0.1
DELIMITERS = (";", "\t", "|")

EVENTS_BY_WORD = {
    r"sign.?up|^register|account.?created": "signed_up",
    r"paywall|upgrade.?(shown|viewed)": "paywall_viewed",
    r"trial": "trial_started",
    r"renew": "renewed",
    r"unsubscri|cancel|churn|refund": "cancelled",
    r"subscri|purchase|payment|checkout.?(done|completed)": "subscribed",
}
RATED_BY_WORD = {r"\brat(e|ed|ing)s?\b|feedback|thumb": "rated"}
FEATURES_BY_WORD = {
    r"flash.?card|\bdeck\b|card.?review": "flashcards",
    r"quiz|assess|assignment|submission|exam|\btest\b|question|homework": "quiz",
    r"summar|digest|tl;?dr": "summarize",
    r"chat|forum|messag|discuss|wiki|tutor|meeting|bigbluebutton": "chat",
    r"expla|lesson|lecture|video|\bfile\b|\burl\b|folder|h5p|page|content|resource|book": "explain",
}
PLATFORMS_BY_WORD = {
    r"ios|iphone|ipad": "ios",
    r"android": "android",
    r"web|browser|desktop|windows|mac|linux|chrome|safari|firefox": "web",
}
PLANS_BY_WORD = {
    r"free|basic|none": "free",
    r"trial": "trial",
    r"paid|pro|premium|plus|team|annual|month": "paid",
}
TEACHERS = {r"teach|staff|instruct|profess|^t$": "teacher"}


def infer_mapping(path: str) -> str:
    """Propose a mapping for a log by its first file.

    Returns:
        YAML that loads, with comments on what was guessed and how many rows of a sample it rejects.

    Raises:
        AnalyticsError: the file is unreadable, or no column looks like a time or a user.
    """
    source = _opened(find_files(path)[0])
    proposal = Proposal(source, guesses.profiles(source))
    text = "\n".join(proposal.lines()) + "\n"
    return f"{text}\n{_trial(source, text)}"


def _opened(path: Path) -> Source:
    """The file, with the delimiter that its header shows."""
    source = open_source(path, FileFormat())  # pyright: ignore[reportCallIssue]
    header = next(iter(source.schema))
    if source.format == "csv" and len(source.schema) == 1:
        delimiter = next((mark for mark in DELIMITERS if mark in header), ",")
        source = open_source(path, FileFormat(delimiter=delimiter))
    return source


def _trial(source: Source, text: str) -> str:
    """What the proposal does to the sample, as a comment."""
    reading = Reading(source, parse_mapping(text, "proposal"), ZoneInfo("UTC"), datetime.now(UTC))
    staged = reading.staged().head(guesses.SAMPLE_ROWS)
    reasons = staged.filter(~pl.col("is_ignored")).group_by("reason").len().collect(engine="streaming")
    rows = int(reasons["len"].sum())
    bad = reasons.drop_nulls().sort("len", descending=True)
    lines = [f"# Tried on the first {rows:,} rows: {int(bad['len'].sum()):,} would be quarantined."]
    lines += [f"#   {count:,} × {reason}" for reason, count in bad.iter_rows()]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Proposal:
    """Guesses about one log and the YAML that states them."""

    source: Source
    columns: Sequence[Profile]

    def lines(self) -> Iterator[str]:
        """The YAML, line by line."""
        yield f"# Proposed for {self.source.path.name}: read every line before you trust it (docs/ingest.md)."
        if self.source.file_format.delimiter != ",":
            yield f"file: {{delimiter: {json.dumps(self.source.file_format.delimiter)}}}"
        yield ""
        yield f"user: {{column: {_yaml(self.user.name)}}}"
        yield from self._time_lines()
        yield from self._identifier_lines()
        yield ""
        yield "# What a row is. A row gives one event for each rule here whose `when` holds."
        yield "events:"
        yield from self._event_lines()
        yield ""
        yield from self._context_lines()

    @cached_property
    def time(self) -> Profile:
        times = [column for column in self.columns if column.time_format]
        late = [c for c in times if re.search(r"receiv|ingest|updat|birth|end|expire", c.name.lower())]
        time = best([c for c in times if c not in late], guesses.TIME_NAMES) or next(iter(times), None)
        if time is None:
            raise self._lacks("time")
        return time

    @cached_property
    def user(self) -> Profile:
        user = best(self._others(), guesses.USER_NAMES)
        if user is None:
            raise self._lacks("user")
        return user

    @cached_property
    def event(self) -> Profile | None:
        """The column that says what happened."""
        return self._telling(guesses.EVENT_NAMES, EVENTS_BY_WORD)

    @cached_property
    def feature(self) -> Profile | None:
        """The column that tells features apart."""
        return self._telling(guesses.FEATURE_NAMES, FEATURES_BY_WORD)

    def _telling(self, names: Sequence[str], words: Mapping[str, str]) -> Profile | None:
        """The column of few values with the most known words; a fitting name counts as half of them."""
        scores = (
            (coverage(c, words) + (0.5 if best([c], names) else 0), c)
            for c in self._others()
            if c.is_categorical
        )
        score, column = max(scores, key=lambda pair: pair[0], default=(0.0, None))
        return column if score >= TELLING else None

    @cached_property
    def rating(self) -> Profile | None:
        """A column of stars."""
        named = best(self.columns, (r"rating|stars", r"score|feedback"))
        fits = named is not None and named.is_numeric and bool(named.numbers.is_between(1, 5).all())
        return named if fits else None

    def _lacks(self, what: str) -> AnalyticsError:
        return AnalyticsError(
            f"No column of {self.source.path} looks like a {what}: write a mapping by hand (docs/ingest.md)."
        )

    def _others(self) -> list[Profile]:
        return [column for column in self.columns if column is not self.time]

    def _named(self, pattern: str) -> Profile | None:
        taken = {id(c) for c in (self.time, self.user, self.event, self.feature, self.rating)}
        return best((c for c in self.columns if id(c) not in taken), (pattern,))

    def _time_lines(self) -> Iterator[str]:
        written = self.time.time_format
        stated = f", format: {_yaml(written)}" if written and written not in {"auto", "iso"} else ""
        yield f"time: {{column: {_yaml(self.time.name)}{stated}, zone: UTC}} # zone of times that state none"
        if written and written.startswith(("%d/%m", "%m/%d")):
            yield "# Check that day and month are not swapped."
        offsets = [
            c.name
            for c in self._others()
            if c.is_numeric and re.search(r"date|day", c.name.lower()) and c.numbers.abs().max() < 5_000  # pyright: ignore[reportOperatorIssue, reportOptionalOperand]
        ]
        if offsets:
            yield f"# If {', '.join(offsets)} count days from that time, add `plus_days: {offsets[0]}`."

    def _identifier_lines(self) -> Iterator[str]:
        unique = [column for column in self._others() if column.is_unique]
        if event_id := best(unique, guesses.EVENT_ID_NAMES):
            yield f"event_id: {{column: {_yaml(event_id.name)}}}"
        if session := self._named(r"session|visit_?id"):
            yield f"session: {{column: {_yaml(session.name)}}}"

    def _event_lines(self) -> Iterator[str]:
        names = (
            meanings(self.event, EVENTS_BY_WORD | (RATED_BY_WORD if self.rating else {}))
            if self.event
            else {}
        )
        if self.event and names:
            yield f"  - event_name:\n      column: {_yaml(self.event.name)}\n      values:"
            yield from (f"        {_yaml(value)}: {name}" for value, name in names.items())
            yield "      otherwise: feature_used"
        else:
            yield "  - event_name: feature_used"
        yield from self._feature_lines()
        if duration := self._duration():
            yield f"    engagement_seconds: {duration}"
        if self.rating:
            rating = f"    llm_rating: {{column: {_yaml(self.rating.name)}}}"
            if "rated" not in names.values():
                yield f"  - event_name: rated\n    when: {{{_yaml(self.rating.name)}: present}}"
                yield from self._feature_lines()
            yield rating

    def _feature_lines(self) -> Iterator[str]:
        if self.feature is None:
            others = [c.name for c in self._others() if c.is_categorical]
            hint = f"; candidates: {', '.join(others)}" if others else ""
            yield f"    feature: other # no column tells features apart{hint}"
            return
        values = meanings(self.feature, FEATURES_BY_WORD)
        rest = meaning_of(self.feature.name, FEATURES_BY_WORD) or "other"
        if not values:
            yield f"    feature: {rest} # the words in column {self.feature.name} say nothing"
            return
        yield f"    feature: # guessed from words; the column has {len(self.feature.counts)} values"
        yield f"      column: {_yaml(self.feature.name)}"
        yield "      values:"
        yield from (f"        {_yaml(value)}: {feature}" for value, feature in values.items())
        yield f"      otherwise: {rest}"

    def _duration(self) -> str | None:
        column = self._named(r"duration|seconds|elapsed|dwell|engagement|time_?spent|latency_ms")
        if column is None or not column.is_numeric:
            return None
        name = column.name.lower()
        unit = "ms" if re.search(r"ms$|milli", name) else "min" if re.search(r"min(utes)?$", name) else "s"
        return f"{{column: {_yaml(column.name)}, unit: {unit}}}"

    def _context_lines(self) -> Iterator[str]:
        platform = self._named(r"platform|^os$|device|client|origin|user_?agent")
        yield from _vocabulary("platform", platform, PLATFORMS_BY_WORD, PLATFORMS, "other")
        plan = self._named(r"^plan|tier|subscription")
        yield from _vocabulary("plan", plan, PLANS_BY_WORD, PLANS, "free")
        role = self._named(r"role|is_?(staff|teacher)|user_?type")
        if role is not None:
            by_name = {"true": "teacher", "1": "teacher"} if role.name.lower().startswith("is") else {}
            values = meanings(role, TEACHERS) or by_name
            yield from _translation("role", role.name, values, "student")
        country = self._named(r"country")
        if country is not None and bool(country.values.str.contains("^[A-Za-z]{2}$").all()):
            yield f"country: {{column: {_yaml(country.name)}}}"
        for key, pattern in (
            ("classroom", r"class|course|section|cohort"),
            ("school", r"school|institution|organi[sz]ation"),
            ("acquisition_channel", r"channel|utm_source|referr?er"),
        ):
            if column := self._named(pattern):
                yield f"{key}: {{column: {_yaml(column.name)}}}"


def _vocabulary(
    key: str, column: Profile | None, words: dict[str, str], allowed: Iterable[str], rest: str
) -> Iterator[str]:
    if column is None or not column.is_categorical:
        yield f"{key}: {rest} # no column tells; write one of {', '.join(allowed)}"
    else:
        yield from _translation(key, column.name, meanings(column, words), rest)


def _translation(key: str, column: str, values: dict[str, str], rest: str) -> Iterator[str]:
    if not values:
        yield f"{key}: {rest} # the words in column {column} say nothing"
        return
    written = ", ".join(f"{_yaml(value)}: {meaning}" for value, meaning in values.items())
    yield f"{key}: {{column: {_yaml(column)}, values: {{{written}}}, otherwise: {rest}}}"


def _yaml(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][\w-]*( [\w-]+)*", text) else json.dumps(text, ensure_ascii=False)

"""What paid judges remember, beside the lake: verdicts by key, and every request with what it cost.

One SQLite file, because a budget that concurrent runs share needs a transaction over its sum, and a verdict
that was paid for must survive whatever comes next: each is committed as it arrives. An unsettled request, as
of a run that was killed, counts at what was set aside for it.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import SETTLED, Verdict

FILE = "judge.sqlite"
"""Name beside the lake, as in `data/lake.judge.sqlite`."""

PATIENCE_SECONDS = 30
KEYS_A_QUERY = 500
SCHEMA = """
CREATE TABLE IF NOT EXISTS verdicts (
    key TEXT PRIMARY KEY,
    judge TEXT NOT NULL,
    verdict TEXT NOT NULL,
    kept_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS requests (
    request_id INTEGER PRIMARY KEY,
    spent_date TEXT NOT NULL,
    judge TEXT NOT NULL,
    key TEXT NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_usd REAL NOT NULL,
    price_version TEXT NOT NULL,
    is_settled INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS requests_by_date ON requests (spent_date);
"""


@dataclass(frozen=True)
class Spending:
    """What one judge cost on one day (UTC): requests, tokens as reported, US dollars as booked."""

    spent_date: date
    judge: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True)
class VerdictStore:
    """Cache and ledger in one file, made when it is first needed.

    Raises:
        AnalyticsError: by every method: the file cannot be read or written.
    """

    path: Path

    def recall(self, keys: Iterable[str]) -> dict[str, Verdict]:
        """Verdicts remembered, by key."""
        wanted = sorted(set(keys))
        found: dict[str, Verdict] = {}
        with self._opened() as connection:
            for start in range(0, len(wanted), KEYS_A_QUERY):
                part = wanted[start : start + KEYS_A_QUERY]
                marks = ", ".join("?" * len(part))
                query = f"SELECT key, verdict FROM verdicts WHERE key IN ({marks})"  # noqa: S608
                rows = connection.execute(query, part).fetchall()
                found.update((key, Verdict(**json.loads(text))) for key, text in rows)
        return {key: verdict.remembered() for key, verdict in found.items()}

    def keep(self, judge: str, verdict: Verdict) -> None:
        """Remember a verdict that asking again would not change; the first of a key stays."""
        if verdict.key is None or verdict.status not in SETTLED:
            return
        text = json.dumps(asdict(replace(verdict, is_cached=False)))
        with self._opened() as connection, connection:
            connection.execute(
                "INSERT OR IGNORE INTO verdicts VALUES (?, ?, ?, ?)",
                (verdict.key, judge, text, datetime.now(UTC).isoformat(timespec="seconds")),
            )

    def reserve(
        self, judge: str, key: str, cost_usd: float, price_version: str, budget_usd: float
    ) -> int | None:
        """Set aside what a request may cost today (UTC), before it is sent.

        Returns:
            The request's number; None where the day's sum would exceed the budget, and nothing is set aside.
        """
        today = datetime.now(UTC).date().isoformat()
        with self._opened() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            spent = connection.execute(
                "SELECT COALESCE(SUM(cost_usd), 0) FROM requests WHERE spent_date = ?", (today,)
            ).fetchone()[0]
            if spent + cost_usd > budget_usd:
                return None
            return connection.execute(
                "INSERT INTO requests (spent_date, judge, key, cost_usd, price_version, is_settled) "
                "VALUES (?, ?, ?, ?, ?, 0)",
                (today, judge, key, cost_usd, price_version),
            ).lastrowid

    def settle(self, request_id: int, input_tokens: int, output_tokens: int, cost_usd: float) -> None:
        """Book what a request did cost in place of what was set aside."""
        with self._opened() as connection, connection:
            connection.execute(
                "UPDATE requests SET input_tokens = ?, output_tokens = ?, cost_usd = ?, is_settled = 1 "
                "WHERE request_id = ?",
                (input_tokens, output_tokens, cost_usd, request_id),
            )

    def spendings(self) -> list[Spending]:
        """The ledger by day and judge, days ascending."""
        with self._opened() as connection:
            rows = connection.execute(
                "SELECT spent_date, judge, COUNT(*), COALESCE(SUM(input_tokens), 0), "
                "COALESCE(SUM(output_tokens), 0), SUM(cost_usd) FROM requests GROUP BY 1, 2 ORDER BY 1, 2"
            ).fetchall()
        return [Spending(date.fromisoformat(day), *rest) for day, *rest in rows]

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=PATIENCE_SECONDS)) as connection:
                connection.executescript(SCHEMA)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise AnalyticsError(
                f"{self.path}: what judges remember cannot be used: {error}; make it writable, or move it "
                "away: verdicts are then paid for again."
            ) from None

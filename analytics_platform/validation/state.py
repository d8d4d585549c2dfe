"""What was certified before, kept beside the lake, so that a run that was broken off goes on."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

Rows = Sequence[Mapping[str, Any]]


class State:
    """Rows of finished cells by key; each cell one line of a file, written as soon as it is there."""

    def __init__(self, path: Path | None = None) -> None:
        """Read what is there.

        Args:
            path: a file of JSON lines; None keeps nothing beyond this process.
        """
        self.path = path
        self._cells: dict[str, Rows] = {}
        if path and path.exists():
            text = path.read_text()
            for line in text.splitlines():
                self._read(line)
            if text and not text.endswith("\n"):
                path.write_text(f"{text}\n")  # a run that was broken off left half a line

    def __contains__(self, key: str) -> bool:
        return key in self._cells

    def get(self, key: str) -> Rows:
        """Rows of a finished cell."""
        return self._cells[key]

    def put(self, key: str, rows: Rows) -> None:
        """Keep a finished cell."""
        self._cells[key] = rows
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a") as lines:
                lines.write(json.dumps({"key": key, "rows": rows}, default=datetime.isoformat) + "\n")

    def _read(self, line: str) -> None:
        try:
            held = json.loads(line)
        except json.JSONDecodeError:
            return  # half a line that a broken run left
        for row in held["rows"]:
            row["certified_at"] = datetime.fromisoformat(row["certified_at"])
        self._cells[held["key"]] = held["rows"]

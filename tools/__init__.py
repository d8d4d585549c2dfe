"""Checks of what no linter reads: documents and the lock. Run by `make check`."""

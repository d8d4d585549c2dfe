"""Ours against the usual script: `make bench` times generation and every model, each in its own process."""

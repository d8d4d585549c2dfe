"""The views of the Growth page, one module each: what it reads, and how that is drawn."""

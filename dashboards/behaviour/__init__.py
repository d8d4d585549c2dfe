"""The views of the Behaviour page, one module each: what it reads, and how that is drawn."""

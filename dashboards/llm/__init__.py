"""The views of the page LLM quality, one module each: what it reads, and how that is drawn."""

"""How a model behind an endpoint is named and made to answer."""

from types import MappingProxyType

ENDPOINT = "openai/"
"""Opens the names of judges that are models behind an endpoint."""

PARAMETERS = MappingProxyType({"temperature": 0, "max_tokens": 800})
"""Part of the key of a verdict: no randomness where the model allows that, and room for a short rationale."""

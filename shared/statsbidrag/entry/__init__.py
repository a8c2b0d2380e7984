"""How a call from outside becomes a use case, and its outcome an answer."""

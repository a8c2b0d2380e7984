"""One module per thing the system does: load, decide, commit, answer."""

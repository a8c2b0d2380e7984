"""The year of a round as it is played in the embedded run."""

"""Everything that can go wrong around the functions, on purpose and from a seed: a year must come out the same."""

"""The floors: what Django itself costs for a page of the same kind, measured in the same minutes."""

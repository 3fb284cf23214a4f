"""The pages of late things and of concerns."""

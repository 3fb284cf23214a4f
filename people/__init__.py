"""Councils, the organisation tree, posts that report to posts, and who holds them when."""

"""The pages of actions: the tracker, one action, its steps, many at once."""

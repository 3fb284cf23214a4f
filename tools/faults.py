"""The two ways in which a command ends early, each with plain words and no traceback."""


class Missing(Exception):
    """Something is missing or in the way that the person can put right; exit code 3."""


class Failed(Exception):
    """A step did not work; the words name its log; exit code 1."""

"""Numbers as they are written. Plain."""

from core.shares import percent

__all__ = ["number", "percent"]


def number(n: float) -> str:
    """A number as it reads: with commas, one decimal only where it has one."""
    return f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"

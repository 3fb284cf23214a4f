"""The read API of a council's own tools: figures, rows without names, published reports."""

from reporting.api.routes import api

__all__ = ["api"]

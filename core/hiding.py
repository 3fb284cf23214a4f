"""Keeping the secret part of a link out of what is logged."""

import logging
import re


class HideLinks(logging.Filter):
    """In every line, whatever follows `under` in an address is left out, in its traceback too."""

    def __init__(self, under: str) -> None:
        super().__init__()
        self.secret = re.compile(rf"({re.escape(under)})[^\s/?\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the line; every line is kept."""
        said = record.getMessage()
        if self.secret.search(said):
            record.msg, record.args = self.secret.sub(r"\1…", said), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.secret.sub(r"\1…", record.exc_text)
        return True

"""What the service writes into its log: where and how long, never who a child is, what was typed, or what opens a door."""

import logging
import re
import traceback
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

# The number of the request or of the task at hand; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")

MAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
# What opens something: keys, tokens, signed values, cookies; long letters and digits without a gap.
NAMED_SECRET = re.compile(
    r"(?i)\b(authorization|bearer|cookie|csrf\w*|key|otp|password|secret|sessionid|token)"
    r"(\s*[:=]\s*|\s+)(?:bearer\s+)?[^\s,;]+"
)
# The number of a task is long too, but opens nothing.
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])"
LONG_SECRET = re.compile(
    rf"(?<![\w/.-])(?!{UUID})(?=[\w:-]*\d)(?=[\w:-]*[A-Za-z])[\w:-]{{32,}}(?![\w/])"
)
# Everything that begins a line, moves a terminal's cursor, or turns the direction of writing.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST = 2_000
# Loggers of Django that write the kind of a fault, then the address of the page.
ADDRESSED = frozenset({"django.request", "django.security.csrf"})


def cleaned(words: str) -> str:
    """One line without e-mail addresses, query strings, secrets and control characters, cut at 2,000 letters."""
    words = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", words[: 2 * LONGEST])
    words = MAIL.sub("[e-mail]", words)
    words = QUERY.sub("?…", words)
    words = NAMED_SECRET.sub(r"\1\2…", words)
    return LONG_SECRET.sub("[secret]", words)[:LONGEST]


def places(fault: BaseException) -> str:
    """Where a fault came from: its kind and the lines of code, never its words, which can name somebody."""
    frames = traceback.extract_tb(fault.__traceback__)
    lines = [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames]
    return " > ".join([*lines, type(fault).__name__])


def _short(filename: str) -> str:
    """A file's name from its package on; the folders of the machine stay out."""
    return "/".join(filename.replace("\\", "/").split("/")[-2:])


# What a line may carry besides its words; libraries add whole requests and the arguments of tasks.
CARRIED = ("route", "method", "status", "ms", "user", "council", "request", "task", "place")
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Clean(logging.Filter):
    """Every line is cleaned and carries the number of its request or task."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the line; every line is kept."""
        fault = record.exc_info[1] if record.exc_info else None
        for name in set(vars(record)) - USUAL - set(CARRIED) | {"request", "task"}:
            vars(record).pop(name, None)
        if isinstance(fault, BaseException):
            record.place = places(fault)
        record.msg, record.args = cleaned(_told(record)), ()
        record.exc_info = record.exc_text = record.stack_info = None
        if number := request_id.get():
            record.request = number
        if number := task_id.get():
            record.task = number
        return True


def _told(record: logging.LogRecord) -> str:
    """What a line says, without an address or a fault's own words where a library puts them in."""
    if record.name in ADDRESSED and record.args:
        return str(record.args[0] if isinstance(record.args, tuple) else record.name)
    if record.name == "celery.app.trace" and isinstance(record.args, dict):
        ended = "ended" if record.levelno < logging.WARNING else "failed"
        gave = record.args.get("return_value", "")
        # A count or a yes or no, which is all that our tasks give.
        plain = f" with {gave}" if str(gave) in {"True", "False"} or str(gave).isdigit() else ""
        return f"task {record.args.get('name', '')} {ended}{plain}"
    return record.getMessage()


class Lines(JsonFormatter):
    """One JSON object for each line: when, how grave, by what, and whatever else the line carries."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "at", "levelname": "level", "name": "by"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )


class Plain(logging.Formatter):
    """A line for people, for a demo and for tests: the words first, then what else is known."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line and its values as name=value."""
        known = [(name, getattr(record, name, None)) for name in CARRIED]
        said = [f"{name}={value}" for name, value in known if value not in (None, "")]
        return " ".join([super().format(record), *said])

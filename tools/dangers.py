"""What code may do only with a reason: ways by which words become code, SQL, markup, or another person's rows.

Ruff's S rules (those of bandit) hold the rest; each exception to one of them says why beside itself.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT

APART = {".venv", "node_modules", "tests", "migrations", "var", "static", "docs", ".git"}


@dataclass(frozen=True)
class Danger:
    """One way: its name, what it does, and where it would stand."""

    name: str
    about: str
    like: re.Pattern[str]
    kinds: tuple[str, ...] = (".py",)
    rooms: str = ""


DANGERS = (
    Danger("mark_safe", "markup that nobody escapes", re.compile(r"\bmark_safe\(")),
    Danger("SafeString", "markup that nobody escapes", re.compile(r"\bSafeString\(")),
    Danger("format_html", "markup from words put together before", re.compile(r"format_html\(\s*f[\"']")),
    Danger("safe", "markup that nobody escapes", re.compile(r"\|\s*safe(?:seq)?\b"), (".html",)),
    Danger("autoescape", "markup that nobody escapes", re.compile(r"autoescape\s+off"), (".html",)),
    Danger("raw", "SQL of one's own", re.compile(r"\.raw\(|\.extra\(|\bRawSQL\(")),
    Danger("sql words", "SQL from words put together", re.compile(r"execute(?:many)?\(\s*(?:f[\"']|[^)\n]*[\"']\s*%\s|[^)\n]*\.format\()")),
    Danger("shell", "a command that a shell reads", re.compile(r"shell\s*=\s*True|os\.system\(|os\.popen\(")),
    Danger("yaml", "YAML that makes objects", re.compile(r"\byaml\.(?:load|load_all|unsafe_load|full_load)\(")),
    Danger("pickle", "bytes that become code", re.compile(r"\b(?:pickle|cPickle|marshal|shelve|dill)\b(?!\w)")),
    Danger("eval", "words that become code", re.compile(r"(?<![\w.])(?:eval|exec|compile)\(")),
    Danger("spread", "names chosen by whoever asks", re.compile(r"\*\*\s*(?:self\.)?request\.(?:GET|POST|headers|COOKIES)|\*\*\s*json\.loads")),
    Danger("csrf", "a form from anywhere", re.compile(r"\bcsrf_exempt\b|xframe_options_exempt|csp_exempt")),
    Danger("order", "an order chosen by whoever asks", re.compile(r"order_by\([^)\n]*request\.")),
    Danger("own row", "a row that nobody asked about", re.compile(r"get_object_or_404\(\s*[A-Z]\w*\s*,(?![^)\n]*\b(?:user|council)=)|(?<!visible_to)\.objects\.(?:get|all)\("), rooms="views"),
    Danger("verify", "a connection to anybody", re.compile(r"verify\s*=\s*False|_create_unverified_context|CERT_NONE")),
)  # fmt: skip

# Where each is used after all: how often, and why it does no harm.
ALLOWED: dict[tuple[str, str], tuple[int, str]] = {
    ("reporting/templatetags/figures.py", "mark_safe"): (4, "our own drawing, whose words are escaped in reporting.charts, a table whose words are escaped there, and two empty texts"),
    ("reporting/templatetags/reports.py", "mark_safe"): (1, "an empty text"),
    ("core/gaps.py", "mark_safe"): (1, "a template's own words; what stands in the gaps is escaped there"),
    ("standards/templatetags/working_days.py", "mark_safe"): (1, "a constant"),
    ("core/templatetags/service.py", "mark_safe"): (3, "linebreaks escapes; css_text leaves no quote mark or bracket; the menu has our own words and numbers"),
    ("core/widgets.py", "mark_safe"): (2, "everything in it went through escape"),
    ("templates/account/_fields.html", "safe"): (1, "Django's own words on passwords; their markup is taken out"),
    ("tools/adopt.py", "sql words"): (1, "both words are constants of ours"),
    ("core/job_views.py", "own row"): (1, "a run is of no council; who may see runs is asked before"),
}  # fmt: skip


def files() -> Iterator[tuple[str, str]]:
    """Each file of code and each template, with its name."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(set(inner) - APART)
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix in {".py", ".html"}:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def found_in(name: str, text: str) -> Counter[str]:
    """How often each danger stands in a file; its own list does not count."""
    if name == "tools/dangers.py":
        return Counter()
    return Counter(
        {
            one.name: number
            for one in DANGERS
            if name.endswith(one.kinds) and (not one.rooms or one.rooms in name)
            if (number := len(one.like.findall(text)))
        }
    )


def faults() -> list[str]:
    """Each use that no reason covers, each reason that covers nothing, each exception without a reason."""
    about = {one.name: one.about for one in DANGERS}
    found, seen = [], set()
    for name, text in files():
        for danger, number in found_in(name, text).items():
            seen.add((name, danger))
            allowed = ALLOWED.get((name, danger), (0, ""))[0]
            if number != allowed:
                found.append(
                    f"{name}: {danger} ({about[danger]}) {number} times, {allowed} allowed"
                )
        found += [
            f"{name}:{line}: an exception to a safety rule without a reason" for line in bare(text)
        ]
    gone = sorted(set(ALLOWED) - seen)
    return [*found, *(f"{name}: {danger} is allowed and not there" for name, danger in gone)]


def bare(text: str) -> list[int]:
    """The lines that set a safety rule aside and do not say why."""
    lines = enumerate(text.splitlines(), 1)
    return [
        number
        for number, line in lines
        if re.search(r"#\s*noqa:[^-]*\bS\d{3}", line) and not re.search(r"noqa:[^-]*-\s*\w", line)
    ]

"""What the texts of plans say, from PostgreSQL's own words: no value of a row, no name, and the same from run to run."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import wrap

# Where the plans of each job of a browser lie.
FILES = {
    "my work": "audits/plans/my_work.txt",
    "audits with filters": "audits/plans/list.txt",
    "tracker with filters": "actions/plans/tracker.txt",
    "search": "cases/plans/search.txt",
    "audit form section": "audits/plans/form.txt",
    "autosave of an answer": "audits/plans/autosave.txt",
    "leader dashboard": "reporting/plans/leader.txt",
    "QA dashboard": "reporting/plans/quality.txt",
    "moderation statistics": "moderation/plans/statistics.txt",
    "return of an audit": "audits/plans/return.txt",
}
# Tables that grow with the years of every council: no page of one council may read one of them from end to end.
LARGE = frozenset(
    {
        *("core_trailentry", "cases_casefile"),
        *("audits_audit", "audits_answer", "audits_auditmove", "audits_gradeevent"),
        *("audits_triggered", "audits_listed", "audits_reader", "audits_auditevent"),
        *("actions_action", "actions_actionmove", "actions_signoffstep", "actions_impactanswer"),
        *("actions_actionevent", "actions_impactanswerevent"),
        *("moderation_moderation", "moderation_moderationitem", "moderation_moderationmove"),
        *("moderation_moderationitemevent", "feedback_reply", "feedback_replyevent"),
        *("learning_extract", "learning_extractevent", "learning_coding", "learning_codingevent"),
    }
)
# Where a page does so after all, by its file: the table, and the reason.
READ_WHOLE: dict[str, dict[str, str]] = {}
MOST = 4  # queries of one page whose plans are kept
WIDE, WIDEST = 110, 220
# Lines of a plan that say how much memory somebody had, and which worker did it.
PASSING = (
    r" *(?:Sort Method|Buckets|Batches|Storage|Worker|Workers|I/O|Hits|Cache Mode|Index Searches)\b"
)
# A number that is a value: neither part of a name nor the width of a type.
NUMBER = re.compile(r"(?<![\w.\"'$])(?<!varchar\()(?<!varying\()-?\d+(?:\.\d+)?(?![\w\"'])")
# A longer list of columns or of values says nothing about the plan.
LONG = 900


@dataclass(frozen=True)
class Plan:
    """How one query was answered: the query without its values, the pages of the database that it touched, and the steps."""

    words: str
    touched: int
    steps: str


def touched(steps: str) -> int:
    """How many pages of the database a query read: those of its uppermost step, which holds all others."""
    found = re.search(r"^ *Buffers: ([^\n]*)", steps, re.MULTILINE)
    return sum(map(int, re.findall(r"(?:hit|read)=(\d+)", found[1]))) if found else 0


def without_values(words: str, kept: frozenset[str]) -> str:
    """A text of SQL in which a sign stands for each value, but for the words of the service's own lists."""

    def said(found: re.Match[str]) -> str:
        return found[0] if kept.issuperset(found[1].strip("{}").split(",")) else "'?'"

    words = re.sub(r"'((?:[^']|'')*)'", said, words)
    words = NUMBER.sub("?", words)
    return re.sub(r"\?(?:, \?)+", "?, …", words)


def plain_query(words: str, kept: frozenset[str]) -> str:
    """A query as it is written in the text: no quote marks around names, no values, long lists cut, lines not too long."""
    words = without_values(words.replace('"', "").replace("%s", "?"), kept)
    if len(words) > LONG:
        words = f"{words[: LONG // 2]} … {words[-LONG // 2 :]}"
    return "\n".join(wrap(words, WIDE, break_long_words=False))


def plain_steps(steps: str, kept: frozenset[str]) -> str:
    """A plan without values, and without what depends on what was asked before it."""
    steps, _, _ = steps.partition("\nPlanning:")
    return "\n".join(
        shorten(plain_step(line, kept), WIDEST)
        for line in steps.splitlines()
        if not re.match(PASSING, line)
    )


def plain_step(line: str, kept: frozenset[str]) -> str:
    """One line of a plan without values."""
    key, colon, rest = line.partition(":")
    if colon and re.search(r"(?<!Removed by )(?:Cond|Filter|Key|Output)$", key):
        return f"{key}:{without_values(rest, kept)}"
    if key.lstrip() == "Buffers":
        return f"{key}: {touched(line):,} pages"
    return line.rstrip()


def shorten(line: str, most: int) -> str:
    """A line of so many characters at most."""
    return line if len(line) <= most else f"{line[: most - 2]} …"


def costliest(plans: Iterable[Plan]) -> list[Plan]:
    """The few that touch most, each query once."""
    by_words: dict[str, Plan] = {}
    for one in sorted(plans, key=lambda plan: (-plan.touched, plan.words)):
        by_words.setdefault(one.words, one)
    return list(by_words.values())[:MOST]


def text_of(page: str, stood_on: str, asked: int, plans: Iterable[Plan]) -> str:
    """What is written to the file of one page."""
    kept = costliest(plans)
    parts = [
        f"The plans behind: {page}",
        f"Stood on {stood_on}.",
        f"Of its {asked} queries the {len(kept)} that touch most of the database; made by benchmarks/plans.py.",
    ]
    for number, one in enumerate(kept, 1):
        parts += ["", f"{number}. {one.touched:,} pages of 8 kB", "", one.words, "", one.steps]
    return "\n".join(parts) + "\n"


def indexes_of(text: str) -> set[str]:
    """The indexes that the plans in a text name."""
    scan = r"(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)"
    return set(re.findall(scan, text))


def read_whole(text: str) -> set[str]:
    """The tables that the plans in a text did read from end to end."""
    return set(re.findall(r"Seq Scan on (\w+)(?: \w+)? \((?!never executed)", text))


def size_words(size: Mapping[str, int]) -> str:
    """How much data the plans stood on, in words: rounded, so that a run more or less changes nothing."""

    def about(number: int) -> str:
        return f"{round(number, 2 - len(str(number))):,}"

    councils = "one council" if size["councils"] == 1 else f"{size['councils']} councils"
    rows = ", ".join(
        f"about {about(size[name])} {words}"
        for name, words in (
            ("audits", "audits"),
            ("answers", "answers"),
            ("actions", "actions"),
            ("lines", "lines of the trail"),
        )
    )
    return f"{councils}: {rows}"

"""The sums beside the tracker: what it offers and how long actions took, without reading every action ever made.

Triggers add to them in the transaction that changes an action, by new rows alone: no row is changed that another
transaction may hold, so that two that change actions of one council in different order never wait for each other
here. What was added is put together each night. `differences` counts the actions anew beside the sums, in one
statement and so at one moment; what it finds can be added as it is, while others go on working.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pgtrigger
from django.db import connection

# What an action adds to the sums. Where it came from and its class; each of its themes; its days until it was closed.
PARTS = """
    SELECT council_id, 'origin' AS of, source, action_class AS code, class_label AS label, 0 AS days, number
    FROM changed
    UNION ALL
    SELECT council_id, 'theme', '', '', theme, 0, number
    FROM changed, unnest(themes) AS theme
    UNION ALL
    SELECT council_id, 'closed', '', '', class_label, closed_on - opened_on, number
    FROM changed
    WHERE state <> 'withdrawn' AND opened_on IS NOT NULL AND closed_on IS NOT NULL
"""
ADD = """
    INSERT INTO actions_trackersum (council_id, of, source, code, label, days, number)
    WITH changed AS (<changed>), parts AS (<parts>)
    SELECT council_id, of, source, code, label, days, sum(number) FROM parts
    GROUP BY council_id, of, source, code, label, days HAVING sum(number) <> 0;
    RETURN NULL;
""".replace("<parts>", PARTS)
BY_ROW = """
    SELECT NEW.council_id, NEW.source, NEW.action_class, NEW.class_label, NEW.themes, NEW.state,
        NEW.opened_on, NEW.closed_on, 1 AS number
    UNION ALL
    SELECT OLD.council_id, OLD.source, OLD.action_class, OLD.class_label, OLD.themes, OLD.state,
        OLD.opened_on, OLD.closed_on, -1
"""
COUNTED = ("council", "source", "action_class", "class_label", "themes", "state")
DATES = ("opened_on", "closed_on")
# Each sum that is not what a count of the actions gives: what it counts, the count, and what is kept.
DIFFERENCES = """
    WITH changed AS (SELECT *, 1 AS number FROM actions_action), parts AS (<parts>),
    both_ways AS (
        SELECT council_id, of, source, code, label, days, number AS counted, 0 AS kept FROM parts
        UNION ALL
        SELECT council_id, of, source, code, label, days, 0, number FROM actions_trackersum
    )
    SELECT council_id, of, source, code, label, days, sum(counted)::int, sum(kept)::int FROM both_ways
    GROUP BY council_id, of, source, code, label, days HAVING sum(counted) <> sum(kept)
""".replace("<parts>", PARTS)
MEND = """
    INSERT INTO actions_trackersum (council_id, of, source, code, label, days, number)
    SELECT council_id, of, source, code, label, days, counted - kept
    FROM (<differences>) AS found (council_id, of, source, code, label, days, counted, kept)
""".replace("<differences>", DIFFERENCES)
# One statement: whoever reads meanwhile sees the rows from before or those after it.
FOLD = """
    WITH gone AS (
        DELETE FROM actions_trackersum WHERE council_id = %s
        RETURNING council_id, of, source, code, label, days, number
    )
    INSERT INTO actions_trackersum (council_id, of, source, code, label, days, number)
    SELECT council_id, of, source, code, label, days, sum(number) FROM gone
    GROUP BY council_id, of, source, code, label, days HAVING sum(number) <> 0
"""
SCATTERED = """
    SELECT DISTINCT council_id FROM (
        SELECT council_id FROM actions_trackersum
        GROUP BY council_id, of, source, code, label, days HAVING count(*) > 1 OR sum(number) = 0
    ) AS found ORDER BY council_id
"""


def triggers() -> list[pgtrigger.Trigger]:
    """What keeps the sums: many new rows are added up first; a change that touches no sum costs nothing."""
    return [
        pgtrigger.Trigger(
            name="sums_of_new",
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="made"),
            func=ADD.replace("<changed>", "SELECT *, 1 AS number FROM made"),
            level=pgtrigger.Statement,
            when=pgtrigger.After,
        ),
        pgtrigger.Trigger(
            name="sums_of_gone",
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="gone"),
            func=ADD.replace("<changed>", "SELECT *, -1 AS number FROM gone"),
            level=pgtrigger.Statement,
            when=pgtrigger.After,
        ),
        pgtrigger.Trigger(
            name="sums_of_changed",
            operation=pgtrigger.Update,
            when=pgtrigger.After,
            condition=pgtrigger.AnyChange(*COUNTED, *DATES),
            func=ADD.replace("<changed>", BY_ROW),
        ),
    ]


# How many actions with this class were watched for so many days, and whether they are closed.
Lengths = defaultdict[tuple[str, int, bool], int]


@dataclass
class Sums:
    """What actions come to: their origins, their themes, and how long they took or have been running."""

    origins: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    themes: Counter[str] = field(default_factory=Counter)
    lengths: Lengths = field(default_factory=lambda: defaultdict(int))


def read_sums(rows: Iterable[tuple[Any, ...]]) -> Sums:
    """The sums from their lines: what each is of, source, code, label, days and number."""
    found = Sums()
    for of, source, code, label, days, number in rows:
        if of == "theme":
            found.themes[label] += number
        elif of == "origin":
            found.origins[source, code, label] += number
        else:
            found.lengths[label, days, of == "closed"] += number
    return found


def take_away(
    found: Sums,
    on: date,
    source: str,
    code: str,
    label: str,
    themes: list[str],
    state: str,
    opened: date | None,
    closed: date | None,
) -> None:
    """Leave one action out of the sums."""
    found.origins[source, code, label] -= 1
    found.themes.subtract(themes)
    if state != "withdrawn" and opened is not None and opened <= on:
        found.lengths[label, ((closed or on) - opened).days, closed is not None] -= 1


def differences() -> list[tuple[Any, ...]]:
    """Each sum that is not what a count of the actions gives: council, of, source, code, label, days, counted, kept."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        return list(cursor.fetchall())


def mend() -> int:
    """Add what the sums lack, and say how many were wrong; for rows that came with the triggers at rest."""
    with connection.cursor() as cursor:
        cursor.execute(MEND)
        return int(cursor.rowcount)


def fold() -> int:
    """Put together what has been added, one council after the other; says how many had something to put together."""
    with connection.cursor() as cursor:
        cursor.execute(SCATTERED)
        councils = [council for (council,) in cursor.fetchall()]
        for council in councils:
            cursor.execute(FOLD, [council])
    return len(councils)

"""Everything that is kept about one child or one member of staff, row by row, from every table of the register.

Which tables: all from which a foreign key leads to the case or the person, however far, and the few that name a case by
its number alone. Left out are personal supervision notes, restricted concerns and restricted messages, which nobody but
their own readers may open, lines of the trail that are kept from whoever gathers, as on the page of the trail, and the
secrets of sign-ins (docs/dpia.md says how they are asked for).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from actions.models import Action
from audits.models import Audit
from cases.models import CaseFile
from core.models import Notice
from escalation.models import OfficerEscalation
from people.models import User
from people.trail_search import shown_to
from programme.models import Draw
from retention.finding import of_audits
from retention.graph import history_of, label_of, model_of, people_in, ways
from retention.register import TABLES, Holds

STAFF = "[a member of staff]"
CHILD = "[a child]"
# Whole apps that are never in a file: notes that only two people may open, and what this room keeps itself.
CLOSED = frozenset({"supervision", "retention"})
NEVER = frozenset({"core.TrailEntry", "core.Notice", "sessions.Session"})
CONCERN = "escalation.OfficerEscalation"


@dataclass(frozen=True)
class Value:
    """One field of a row: what it is called, what it says, and whether people wrote it."""

    name: str
    says: str
    text: bool = False


@dataclass(frozen=True)
class Rows:
    """The rows of one table that are about somebody."""

    label: str
    why: str
    rows: tuple[tuple[Value, ...], ...]


def about_case(case: CaseFile, reader: User) -> Iterator[Rows]:
    """Everything about a child, for whoever reads it through."""
    audits = list(Audit.objects.filter(case=case).values_list("pk", flat=True))
    actions = list(
        Action.objects.filter(Q(case=case) | of_audits(audits)).values_list("pk", flat=True)
    )
    for label in open_tables():
        found = Q(pk__in=[])
        for way in ways(label, "cases.CaseFile"):
            found |= Q(**{way: case.pk})
        if label in BESIDES:
            found |= BESIDES[label](case, audits, actions)
        yield from table(label, found, case)
    yield from pools(case)
    yield from messages(
        Q(to__council=case.council_id)
        & (Q(text__contains=case.number) | Q(subject__contains=case.number))
    )
    yield from trail(
        Q(subject_type="cases.casefile", subject_id=case.pk)
        | Q(subject_type="audits.audit", subject_id__in=audits),
        reader,
    )


def about_person(person: User, reader: User) -> Iterator[Rows]:
    """Everything about a member of staff: what they did and said, what was said of their work; for whoever reads it."""
    theirs = Audit.objects.filter(Q(worker=person) | Q(second_worker=person))
    audits = list(theirs.values_list("pk", flat=True))
    for label in open_tables():
        found = Q(pk__in=[])
        for column in people_in(label):
            found |= Q(**{column: person.pk})
        for way in ways(label, "audits.Audit"):
            found |= Q(**{f"{way}__in": audits})
        if label == "people.User":
            found |= Q(pk=person.pk)
        if label == "audits.Audit":
            found |= Q(pk__in=audits)
        yield from table(label, found, person)
    yield from messages(Q(to=person))
    yield from trail(Q(by_id=person.pk), reader)


def reminders_of(case: CaseFile, audits: list[int], actions: list[int]) -> Q:
    """Reminders about what is late of a child."""
    return Q(case_number=case.number, council=case.council_id) | things_of(case, audits, actions)


def things_of(case: CaseFile, audits: list[int], actions: list[int]) -> Q:
    """What names an audit or an action of a child by its kind and id."""
    return Q(kind="audit", subject_id__in=audits) | Q(kind="action", subject_id__in=actions)


# What names a child by other ways than a foreign key.
BESIDES = {
    "cases.CaseFile": lambda case, audits, actions: Q(pk=case.pk),
    "actions.Action": lambda case, audits, actions: Q(pk__in=actions),
    "escalation.Escalation": reminders_of,
    "escalation.Overdue": reminders_of,
    "escalation.Hold": things_of,
    "evidence.StoredFile": lambda case, audits, actions: (
        Q(attachment__audit__in=audits) | Q(attachment__action__in=actions)
    ),
}


def pools(case: CaseFile) -> Iterator[Rows]:
    """The child's own line in the pools of draws."""
    draws = Draw.objects.filter(council=case.council_id, pool__files__contains=[{"id": case.pk}])
    rows = tuple(
        (
            Value("Draw", str(draw.number)),
            Value("Month", words(draw.month)),
            Value("In the pool as", ", ".join(map(str, one["values"]))),
        )
        for draw in draws.order_by("pk")
        for one in draw.pool["files"]
        if one["id"] == case.pk
    )
    if rows:
        yield Rows("programme.Draw", TABLES["programme.Draw"].why, rows)


def open_tables() -> list[str]:
    """The tables that a file may draw on."""
    return [
        label
        for label in sorted(TABLES)
        if label not in NEVER and label.partition(".")[0] not in CLOSED
    ]


def table(label: str, found: Q, subject: CaseFile | User) -> Iterator[Rows]:
    """The rows of a table that a condition finds, and what they said before; nothing where there are none."""
    model = model_of(label)
    rows = model._base_manager.filter(found & ~restricted(label)).order_by("pk").distinct()
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return
    yield Rows(
        label,
        TABLES[label].why,
        shown(model, label, model._base_manager.filter(pk__in=ids).order_by("pk"), subject),
    )
    history = history_of(label)
    if history is not None:
        earlier = history._base_manager.filter(pgh_obj_id__in=ids).order_by("pgh_id")
        kept = shown(history, label, earlier, subject)
        if kept:
            yield Rows(f"{label}, earlier", f"{TABLES[label].why}: what was written before", kept)


def restricted(label: str) -> Q:
    """A condition for rows of concerns that only a named person may open."""
    found = Q(restricted=True) if label == CONCERN else Q(pk__in=[])
    for way in ways(label, CONCERN):
        found |= Q(**{f"{way}__restricted": True})
    return found


def shown(
    model: Any, label: str, rows: Any, subject: CaseFile | User
) -> tuple[tuple[Value, ...], ...]:
    """Rows as names and values."""
    columns = [one for one in model._meta.concrete_fields if told(one, label)]
    people = [one.name for one in columns if points_at(one, "people.User")]
    others = [
        one.name
        for one in columns
        if points_at(one, "audits.Audit") or points_at(one, "cases.CaseFile")
    ]
    rows = rows.select_related(*people, *others)
    return tuple(
        tuple(value for one in columns if (value := value_of(row, one, label, subject)) is not None)
        for row in rows.iterator(chunk_size=500)
    )


def points_at(column: Any, label: str) -> bool:
    """Whether a column points at rows of a table."""
    return bool(column.is_relation) and label_of(column.related_model) == label


def told(column: Any, label: str) -> bool:
    """Whether a field is told at all: no secrets, no files, no ids of other rows but people, cases and audits."""
    if column.is_relation:
        return any(
            points_at(column, one) for one in ("people.User", "audits.Audit", "cases.CaseFile")
        )
    if (
        column.primary_key
        or isinstance(column, models.BinaryField)
        or column.name.startswith("pgh_")
    ):
        return False
    return column.name != "id" and TABLES[label].fields.get(column.name) is not Holds.HIDDEN


def value_of(row: Any, column: Any, label: str, subject: CaseFile | User) -> Value | None:
    """One field of a row; None where it is empty."""
    name = column.name.replace("_", " ").capitalize()
    if column.is_relation:
        other = getattr(row, column.name)
        return None if other is None else Value(name, called(other, subject))
    value = getattr(row, column.name)
    if value in ("", None, [], {}):
        return None
    if column.choices and value in dict(column.flatchoices):
        return Value(name, str(dict(column.flatchoices)[value]))
    written = TABLES[label].fields.get(column.name, Holds.PLAIN) is not Holds.PLAIN
    own = label == label_of(type(subject)) and row.pk == subject.pk
    return Value(
        name, words(value), text=written and not own and not isinstance(value, date | bool | int)
    )


def called(other: Any, subject: CaseFile | User) -> str:
    """What another row is called: other people and other children by what they are, not by name."""
    if isinstance(other, User):
        return other.name if other == subject else STAFF
    if isinstance(other, CaseFile):
        return other.number if other == subject else CHILD
    return str(other)


def words(value: Any) -> str:
    """A value for a reader: 4 May 2026, yes, a, b."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%-d %B %Y at %H:%M}"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {words(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(words(one) for one in value)
    return str(value)


def messages(found: Q) -> Iterator[Rows]:
    """Messages, but none that is for its reader alone."""
    rows = tuple(
        (
            Value("Made at", words(one.made_at)),
            Value("Subject", one.subject, text=True),
            Value("Text", one.text, text=True),
        )
        for one in Notice.objects.filter(found, restricted=False).order_by("pk").iterator()
    )
    if rows:
        yield Rows("core.Notice", TABLES["core.Notice"].why, rows)


def trail(found: Q, reader: User) -> Iterator[Rows]:
    """Lines of the trail that the reader may know of: what was done, and when; never of a restricted concern."""
    lines = shown_to(reader).filter(found)
    kept = OfficerEscalation.objects.filter(restricted=True).values("pk")
    lines = lines.exclude(subject_type=CONCERN.lower(), subject_id__in=kept)
    rows = tuple(
        (Value("At", words(one.at)), Value("What", one.verb), Value("With", one.subject_type))
        for one in lines.order_by("pk").iterator()
    )
    if rows:
        yield Rows("core.TrailEntry", TABLES["core.TrailEntry"].why, rows)

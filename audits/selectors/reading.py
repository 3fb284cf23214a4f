"""One audit, and what stands beside it in the form: read by queries that are built once in each process."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, Exists, OuterRef, QuerySet, Value

from audits.models import (
    Answer,
    Audit,
    AuditMove,
    Confirmation,
    EarlierAnswer,
    Presence,
    SectionDone,
    Triggered,
)
from cases.models import CaseFile
from core import clock
from core.prepared import DAY, KEY, LOWEST, MOMENT, USER, Prepared, Text, ask, text_of
from core.prepared_changes import PreparedChange
from core.prepared_rows import Columns, WithRelated, in_transaction
from people.in_general import Shape, shape_of, somebody
from people.models import OrgUnit, User
from people.organisation import Line
from people.selectors import line
from standards.models import FrameworkVersion, Tool

# What stands for the audit, for one part of its form, and for the people who take part in it.
AUDIT, PART, INSTANCE, FILE = LOWEST - 21, LOWEST - 22, LOWEST - 23, LOWEST - 24
TAKING_PART = ("auditor", "worker", "second_worker", "manager", "moderator")
PEOPLE = tuple(LOWEST - 31 - number for number in range(len(TAKING_PART)))
WHOSE, PLACE = f"{KEY} respondent", f"{KEY} place"
NOBODY = 0
# So many kinds of readers are known to a process at once; what is kept for one is the text of a query.
KINDS = 200


OF_AUDIT, OF_USER, OF_ANSWER = Columns(Audit), Columns(User), Columns(Answer)
# What is read with an audit that is opened.
WITH_IT = WithRelated(
    OF_AUDIT,
    {
        "case": Columns(CaseFile),
        "unit": Columns(OrgUnit),
        "tool": Columns(Tool),
        "version": Columns(FrameworkVersion, without=("source", "policy")),
    },
)


def seen_by(user: User) -> "QuerySet[Audit, Any]":
    """One audit for who may open it, with whether they grade it blind and what opening it needs."""
    found = Audit.objects.visible_to(user, DAY).with_blindness(user).filter(pk=AUDIT)
    return found.order_by().values_list("blind", *WITH_IT.names)


_seen: dict[Shape, Text] = {}


def seen(user: User, pk: int) -> Audit | None:
    """The audit, with what opening it needs, for who may open it; None for anybody else; one query."""
    found = shape_of(user, clock.today())
    if found is None:
        rows = Audit.objects.visible_to(user).with_form().with_blindness(user)
        return rows.filter(pk=pk).first()
    shape, values = found
    if shape not in _seen:
        if len(_seen) >= KINDS:
            _seen.clear()
        _seen[shape] = text_of(seen_by(somebody(shape)))
    told = ask(_seen[shape], values | {AUDIT: pk})
    if not told:
        return None
    blind, *columns = told[0]
    audit: Audit = WITH_IT.row(columns)
    audit.blind = blind  # type: ignore[attr-defined]
    return audit


LOCKED = Prepared(
    lambda: (
        Audit.objects.filter(pk=AUDIT).order_by().select_for_update().values_list(*OF_AUDIT.names)
    )
)


def kept_for_change(pk: int) -> Audit:
    """The audit as it stands now, locked until this transaction ends. Raises Audit.DoesNotExist without one."""
    in_transaction()
    rows = LOCKED.rows({AUDIT: pk})
    if not rows:
        raise Audit.DoesNotExist
    found: Audit = OF_AUDIT.row(rows[0])
    return found


OF_PEOPLE = Prepared(
    lambda: User.objects.filter(pk__in=PEOPLE).order_by().values_list(*OF_USER.names)
)
OF_CASE = Columns(CaseFile)
CASE = Prepared(lambda: CaseFile.objects.filter(pk=FILE).order_by().values_list(*OF_CASE.names))


def people(ids: Iterable[int | None]) -> dict[int, User]:
    """At most five people by their ids; one query."""
    wanted = list(dict.fromkeys(one for one in ids if one))
    wanted += [NOBODY] * (len(PEOPLE) - len(wanted))
    rows = OF_PEOPLE.rows(dict(zip(PEOPLE, wanted, strict=True)))
    found = [OF_USER.row(row) for row in rows]
    return {one.pk: one for one in found}


def know_people(audit: Audit) -> None:
    """Fill in who has a part in the audit, with one query."""
    ids = {name: getattr(audit, f"{name}_id") for name in TAKING_PART}
    found = people(ids.values())
    for name, pk in ids.items():
        setattr(audit, name, found.get(pk or NOBODY))


def know_case(audit: Audit) -> None:
    """Fill in the child's file, with one query."""
    audit.case = OF_CASE.row(CASE.rows({FILE: audit.case_id})[0])


# What stands in the form --------------------------------------------------------------------------


def answer_rows(audit: int) -> "QuerySet[Answer, Any]":
    """The answers of an audit, with who saved each and whether other words of it are kept."""
    same = {name: OuterRef(name) for name in ("audit", "part", "respondent", "instance")}
    earlier = EarlierAnswer.objects.filter(**same)
    return (
        Answer.objects.filter(audit=audit)
        .annotate(has_earlier=Exists(earlier))
        .values_list(
            "part__code",
            "part",
            "respondent",
            "instance",
            "number",
            "text",
            "day",
            "place",
            "version",
            "saved_at",
            "saved_by",
            "saved_by__name",
            "has_earlier",
        )
    )


SAID = ("part__code", "respondent", "instance", "number", "text", "day", "place")
ANSWERS = Prepared(lambda: answer_rows(AUDIT))
GIVEN = Prepared(lambda: Answer.objects.filter(audit=AUDIT).values_list(*SAID))
# As an expression: a plain number that the column cannot hold would be no question at all.
ANY_INSTANCE = Value(INSTANCE, output_field=BigIntegerField())
ONE_ANSWER = Prepared(
    lambda: (
        Answer.objects.filter(audit=AUDIT, part=PART, respondent=WHOSE, instance=ANY_INSTANCE)
        .order_by()
        .values_list(*OF_ANSWER.names)
    )
)


def answer_at(audit: int, part: int, respondent: str, instance: int) -> Answer | None:
    """What a respondent says to a part; None where there is no answer yet; one query."""
    key = {AUDIT: audit, PART: part, WHOSE: respondent, INSTANCE: instance}
    rows = ONE_ANSWER.rows(key)
    return OF_ANSWER.row(rows[0]) if rows else None


class Confirmed(NamedTuple):
    """One party's confirmation of a joint question."""

    question: str
    name: str
    at: datetime
    fingerprint: str


CONFIRMED = Prepared(
    lambda: (
        Confirmation.objects.filter(audit=AUDIT)
        .order_by("at")
        .values_list("question_code", "by__name", "at", "fingerprint")
    )
)


def confirmations(audit: int) -> list[Confirmed]:
    """Who has confirmed which question of an audit, newest last; one query."""
    return [Confirmed(*row) for row in CONFIRMED.rows({AUDIT: audit})]


FINISHED = Prepared(
    lambda: SectionDone.objects.filter(audit=AUDIT).values_list("section_code", "respondent")
)


def finished_sections(audit: int) -> set[tuple[str, str]]:
    """Which sections of an audit who has marked as finished; one query."""
    return {(code, respondent) for code, respondent in FINISHED.rows({AUDIT: audit})}


# Who is there ---------------------------------------------------------------------------------------


class Here(NamedTuple):
    """Somebody who has the audit open, and where in it."""

    place: str
    name: str


HERE = Prepared(
    lambda: (
        Presence.objects.filter(audit=AUDIT, seen_at__gte=MOMENT)
        .exclude(user=USER)
        .values_list("place", "user__name")
    )
)
SEEN = PreparedChange(
    lambda: Presence.objects.filter(audit=AUDIT, user=USER), place=PLACE, seen_at=MOMENT
)


# What a return asks ---------------------------------------------------------------------------------

MOVES = Prepared(lambda: counted(AuditMove.objects.filter(audit=AUDIT)))
TRIGGERED = Prepared(lambda: Triggered.objects.filter(audit=AUDIT).values_list("code", "grade"))


def counted(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """How many rows there are, as a question with one row."""
    return (
        rows.order_by()
        .annotate(all=Value(1))
        .values("all")
        .annotate(n=Count("pk"))
        .values_list("n")
    )


def number_of_moves(audit: int) -> int:
    """How many steps an audit has taken; one query."""
    rows = MOVES.rows({AUDIT: audit})
    return int(rows[0][0]) if rows else 0


def fired_before(audit: int) -> set[tuple[str, str]]:
    """The codes of what an audit has set off, each with the grade; one query."""
    return {(code, grade) for code, grade in TRIGGERED.rows({AUDIT: audit})}


def keep_line(audit: Audit, on: date) -> Line:
    """Read the line of management of the audit's council on a day, for everything that one step asks of it."""
    tree = line(audit.council_id, on)
    audit.__dict__["_line_on"] = {on: tree}
    return tree


def forget_line(audit: Audit) -> None:
    """Forget it at the step's end: posts may be held by others when the row is used again."""
    audit.__dict__.pop("_line_on", None)


def kept_line(audit: Audit, on: date) -> Line | None:
    """The line of management that this step has read; None where it has read none."""
    found: Line | None = audit.__dict__.get("_line_on", {}).get(on)
    return found

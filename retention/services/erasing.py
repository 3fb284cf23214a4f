"""Erasing: identifiers and texts go, what figures are counted by stays. The only place where row history is let go.

Tables of row history and the steps of things refuse every change in the database itself; for one batch of rows, and
nowhere else, these triggers rest (decision 0026). What is erased, and how, says the register of personal fields.
"""

import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Case, Exists, F, Func, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast, Concat, TruncMonth
from django.utils import timezone

from actions.models import Action
from cases.models import CaseFile
from core.models import Notice
from evidence.models import StoredFile
from evidence.storing import erase as erase_file
from feedback.models import Reply
from feedback.selectors.instruments import instrument_of
from partners.models import PartnerInvitation
from people.models import Council
from programme.models import Draw, Replacement
from retention.finding import of_audits
from retention.graph import histories, history_of, model_of, tables, ways
from retention.models import Erased
from retention.register import TABLES, End, Table
from standards.instruments import TEXTS
from supervision.models import PersonalNote

MARK = "[erased]"
LEFT = "Former member of staff"
BATCH, MOST = 25, 1000
# How a column is called that says whose a row is; others only say who did something.
THEIRS = frozenset({"user", "to", "person"})


@transaction.atomic
def erase_things(
    kind: str, label: str, ids: Collection[int], council: Council, *, at: datetime
) -> int:
    """Erase some things of one table with all that hangs on them; gives how many rows were touched.

    Doing it again changes nothing: what has been erased is marked by its id.
    """
    with pgtrigger.ignore():
        rows = sum(clear(table, kind, label, ids) for table in hanging(kind, label))
        rows += BESIDES[label](ids, council) if label in BESIDES else 0
        rows += clear_rows(TABLES[label], model_of(label)._base_manager.filter(pk__in=ids))
    if TABLES[label].end is not End.DELETED:
        day = at.date()
        marks = [
            Erased(council=council, kind=kind, label=label, object_id=pk, on=day) for pk in ids
        ]
        Erased.objects.bulk_create(marks, ignore_conflicts=True)
    return rows


def hanging(kind: str, label: str) -> list[Table]:
    """The tables that go with a thing of one table: of the same kind, with a way to it, the furthest first."""
    found = [
        one
        for one in TABLES.values()
        if one.kept == kind
        and one.label != label
        and one.end is not End.KEPT
        and paths(one.label, label)
    ]
    return sorted(
        found, key=lambda one: (-min(way.count("__") for way in paths(one.label, label)), one.label)
    )


def paths(label: str, root: str) -> tuple[str, ...]:
    """The ways from a table to the thing it goes with; to a person only by the column that says whose it is."""
    if label == root or (label == "actions.Action" and root == "audits.Audit"):
        return ()
    found = ways(label, root)
    if root == "people.User":
        return tuple(one for one in found if one.rsplit("__", 1)[-1] in THEIRS)
    return found


def clear(table: Table, kind: str, label: str, ids: Collection[int]) -> int:
    """Erase or delete the rows of one table that hang on some things."""
    wanted = Q(pk__in=[])
    for way in paths(table.label, label):
        wanted |= Q(**{f"{way}__in": list(ids)})
    rows = model_of(table.label)._base_manager.filter(wanted)
    return clear_rows(
        table,
        model_of(table.label)._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))),
    )


def clear_rows(table: Table, rows: "models.QuerySet[Any]") -> int:
    """Erase or delete rows of one table, and what they said before in its row history."""
    ids = list(rows.values_list("pk", flat=True))
    if not ids or table.end is End.KEPT:
        return 0
    history = history_of(table.label)
    if history is not None:
        earlier = history._base_manager.filter(pgh_obj_id__in=ids)
        earlier._raw_delete(earlier.db)
    same = model_of(table.label)._base_manager.filter(pk__in=ids)
    if table.label in BEFORE:
        BEFORE[table.label](ids)
    if table.end is End.DELETED:
        same._raw_delete(same.db)
    elif changes := blanks(table):
        same.update(**changes)
    return len(ids)


# What stands in place of what is erased ------------------------------------------------------------------


def blanks(table: Table) -> dict[str, Any]:
    """What each field that is erased becomes."""
    model = model_of(table.label)
    return {
        name: OWN[table.label, name]
        if (table.label, name) in OWN
        else blank(model._meta.get_field(name))
        for name in table.erased
        if (table.label, name) not in DONE_BEFORE
    }


def blank(column: Any) -> Any:
    """A text becomes a mark where there was one; everything else becomes empty."""
    if isinstance(column, models.CharField | models.TextField):
        return Case(
            When(**{column.name: ""}, then=Value("")),
            default=Value(MARK[: column.max_length or None]),
        )
    if isinstance(column, ArrayField):
        return []
    if column.null:
        return None
    if isinstance(column, models.JSONField):
        return column.get_default()
    raise TypeError(f"Nothing is known that could stand in place of {column}.")


OWN: dict[tuple[str, str], Any] = {
    ("people.User", "name"): LEFT,
    ("people.User", "staff_number"): "",
    ("people.User", "password"): "!",
    ("people.User", "email"): Concat(
        Value("erased-"), Cast("pk", TextField()), Value("@example.org"), output_field=TextField()
    ),
    # A month is enough for the age groups of figures.
    ("cases.CaseFile", "date_of_birth"): TruncMonth("date_of_birth"),
    ("cases.CaseFile", "language"): "",
}
DONE_BEFORE = {("cases.CaseFile", "number"), ("feedback.Reply", "answers")}


def part_from_corrections(ids: Collection[int]) -> None:
    """A note that stood in for one that goes stands by itself from now on."""
    PersonalNote._base_manager.filter(corrects__in=ids).update(corrects=None)


def hide_numbers(ids: Collection[int]) -> None:
    """Put an opaque word in place of case numbers, wherever a number has been copied to."""
    for case in CaseFile.objects.filter(pk__in=ids).select_related("council"):
        word = f"erased-{secrets.token_hex(5)}"
        hide_number(case.council_id, case.number, word)
        CaseFile.objects.filter(pk=case.pk).update(number=word)


def hide_number(council_id: int, number: str, word: str) -> None:
    """Replace one case number in the pools of draws, in reminders and in messages of its council."""
    for model, names, mine in (
        (Draw, ("pool", "result", "filters"), Q(council=council_id)),
        (Replacement, ("passed_over",), Q(draw__council=council_id)),
    ):
        for name in names:
            rows = model.objects.filter(mine)
            rows.filter(**{f"{name}__isnull": False}).annotate(
                _text=Cast(name, TextField())
            ).filter(_text__contains=quoted(number)).update(
                **{
                    name: Cast(
                        replaced(Cast(name, TextField()), quoted(number), quoted(word)),
                        models.JSONField(),
                    )
                }
            )
            history = history_of(model._meta.label)
            if history is not None and name in {one.name for one in history._meta.get_fields()}:
                events = history._base_manager.filter(pgh_obj__in=rows)
                events.annotate(_text=Cast(name, TextField())).filter(
                    _text__contains=quoted(number)
                ).update(
                    **{
                        name: Cast(
                            replaced(Cast(name, TextField()), quoted(number), quoted(word)),
                            models.JSONField(),
                        )
                    }
                )
    for label in ("escalation.Escalation", "escalation.Overdue"):
        mine = Q(council=council_id, case_number=number)
        model_of(label)._base_manager.filter(mine).update(case_number=word)
        history = history_of(label)
        if history is not None:
            history._base_manager.filter(mine).update(case_number=word)
    concerns = model_of("escalation.OfficerEscalation")._base_manager
    concerns.filter(council=council_id, reference=number).update(reference=word)
    hide_in_messages(council_id, number, word)


def hide_in_messages(council_id: int, number: str, word: str) -> None:
    """Replace a number where it stands by itself in messages to people of the council."""
    pattern = rf"(?<!\w){re.escape(number)}(?!\w)"
    rows = Notice.objects.filter(to__council=council_id).filter(
        Q(text__contains=number) | Q(subject__contains=number)
    )
    rows.update(
        **{
            name: Func(F(name), Value(pattern), Value(word), Value("g"), function="REGEXP_REPLACE")
            for name in ("text", "subject")
        }
    )


def quoted(text: str) -> str:
    """A text as JSON writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def replaced(text: Any, old: str, new: str) -> Func:
    """A text with another in place of each occurrence."""
    return Func(text, Value(old), Value(new), function="REPLACE", output_field=TextField())


def forget_words(ids: Collection[int]) -> None:
    """Take what was written out of replies; choices, ticks and scale values stay for the totals."""
    replies = Reply.objects.filter(pk__in=ids).select_related("version__framework__council")
    for reply in replies:
        texts = {
            one.code
            for one in instrument_of(reply).fields
            if one.kind in TEXTS or one.kind == "date"
        }
        known = {one.code for one in instrument_of(reply).fields}
        kept = {
            code: MARK if code in texts or (code not in known and isinstance(value, str)) else value
            for code, value in reply.answers.items()
        }
        Reply.objects.filter(pk=reply.pk).update(answers=kept)


def erase_from_disk(ids: Collection[int]) -> None:
    """Take the files of rows away, once it is certain that the rows are gone."""
    for name in StoredFile.objects.filter(pk__in=ids).values_list("name", flat=True):
        if name is not None:
            transaction.on_commit(partial(erase_file, name))


BEFORE = {
    "cases.CaseFile": hide_numbers,
    "feedback.Reply": forget_words,
    "evidence.StoredFile": erase_from_disk,
    "supervision.PersonalNote": part_from_corrections,
}


# What hangs on things by other ways than foreign keys ------------------------------------------------------


def beside_audits(ids: Collection[int], council: Council) -> int:
    """The actions of audits with all that hangs on them, their reminders, documents and files."""
    actions = list(Action.objects.filter(of_audits(list(ids))).values_list("pk", flat=True))
    rows = whole("audits", "actions.Action", actions)
    rows += beside_actions(actions, council)
    rows += reminders("audit", ids)
    documents = model_of("reporting.Document").objects.filter(
        Q(audit__in=ids) | Q(moderation__audit__in=ids)
    )
    rows += clear_rows(TABLES["reporting.Document"], documents)
    invited = list(
        PartnerInvitation._base_manager.filter(audit__in=ids).values_list("pk", flat=True)
    )
    rows += whole("partners", "partners.PartnerInvitation", invited)
    return rows + files(Q(attachment__audit__in=ids))


def beside_actions(ids: Collection[int], council: Council) -> int:
    """The reminders and files of actions."""
    return reminders("action", ids) + files(Q(attachment__action__in=ids))


def reminders(kind: str, ids: Collection[int]) -> int:
    """What was said about things that were late."""
    mine = Q(kind=kind, subject_id__in=list(ids))
    return sum(
        clear_rows(TABLES[label], model_of(label)._base_manager.filter(mine))
        for label in ("escalation.Escalation", "escalation.Overdue", "escalation.Hold")
    )


def files(wanted: Q) -> int:
    """Uploaded files with the words beside them."""
    found = StoredFile._base_manager.filter(wanted).values_list("pk", flat=True)
    return whole("files", "evidence.StoredFile", list(found))


def whole(kind: str, label: str, ids: Collection[int]) -> int:
    """Things of another kind, with what hangs on them."""
    rows = sum(clear(table, kind, label, ids) for table in hanging(kind, label)) if ids else 0
    return rows + clear_rows(TABLES[label], model_of(label)._base_manager.filter(pk__in=ids))


BESIDES = {"audits.Audit": beside_audits, "actions.Action": beside_actions}


# Kinds of which there are too many to list ------------------------------------------------------------------


def counted_rows(
    kind: str, council: Council, cutoff: date, numbers: Iterable[str], people: Collection[int]
) -> Iterator[Any]:
    """The rows of a counted kind that are older than a day, table by table, as queries; held ones are left out."""
    return COUNTED_ROWS[kind](council, cutoff, list(numbers), people)


def old_messages(
    council: Council, cutoff: date, numbers: list[str], people: Collection[int]
) -> Iterator[Any]:
    rows = Notice.objects.filter(to__council=council, made_at__lt=midnight(cutoff)).exclude(
        to__in=people
    )
    for number in numbers:
        rows = rows.exclude(Q(text__contains=number) | Q(subject__contains=number))
    yield rows


def old_sign_ins(
    council: Council, cutoff: date, numbers: list[str], people: Collection[int]
) -> Iterator[Any]:
    sessions = model_of("usersessions.UserSession").objects
    yield sessions.filter(user__council=council, last_seen_at__lt=midnight(cutoff)).exclude(
        user__in=people
    )
    mails = model_of("account.EmailConfirmation").objects
    yield mails.filter(email_address__user__council=council, created__lt=midnight(cutoff))
    yield model_of("sessions.Session").objects.filter(expire_date__lt=midnight(cutoff))


def old_history(
    council: Council, cutoff: date, numbers: list[str], people: Collection[int]
) -> Iterator[Any]:
    """What rows said before; nothing of it is let go while the council holds anything back."""
    if numbers or people:
        return
    for model in tables():
        history = history_of(model._meta.label)
        if history is None:
            continue
        for way in ways(model._meta.label, "people.Council")[:1]:
            yield history._base_manager.filter(
                pgh_created_at__lt=midnight(cutoff),
                pgh_obj__in=model._base_manager.filter(**{way: council}),
            )
    yield lost_contexts(cutoff)


def midnight(on: date) -> datetime:
    """When a day began here: asked for as a moment, so that an index finds what is older."""
    return timezone.make_aware(datetime.combine(on, time.min))


def lost_contexts(cutoff: date) -> Any:
    """What is known of who wrote history that is there no longer."""
    rows = model_of("pghistory.Context").objects.filter(created_at__lt=midnight(cutoff))
    for history in histories():
        rows = rows.exclude(Exists(history._base_manager.filter(pgh_context=OuterRef("pk"))))
    return rows


COUNTED_ROWS = {"messages": old_messages, "sign_ins": old_sign_ins, "history": old_history}


@transaction.atomic
def delete_some(rows: "models.QuerySet[Any]", most: int = MOST) -> int:
    """Delete some of the rows of a query; gives how many. 0 once there are none left."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    if not ids:
        return 0
    with pgtrigger.ignore():
        mine = rows.model._base_manager.filter(pk__in=ids)
        mine._raw_delete(mine.db)
    return len(ids)

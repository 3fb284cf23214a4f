"""Answering somebody who asks for what is kept about them: gathered, read through by a person, sealed, erased again."""

import base64
import io
import json
import re
import zipfile
from calendar import day_name, month_name
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from audits.models import Audit
from cases.models import CaseFile
from core.moves import Refused
from core.running import place
from core.sealed import seal, unseal
from core.trail import record
from people.models import OrgUnit, User
from reporting.redaction import Person, Redaction, files, redaction
from reporting.suspects import suspects
from retention.gathering import STAFF, Rows, Value, about_case, about_person
from retention.models import SubjectRequest
from retention.querysets import TRIES
from retention.states import (
    CONFIRM,
    ERASE,
    GATHERED,
    GIVE_UP,
    PUT_TOGETHER,
    START_AGAIN,
    RequestState,
)
from standards.deadlines import months_after

LEASE = timedelta(minutes=15)
MOST_PLACES = 5
AROUND = 90
# Texts that the service writes itself: known names are taken out of them, and there are no others.
BY_THE_SERVICE = frozenset({"core.Notice", "core.TrailEntry"})
SOMEBODY = "[somebody]"


@transaction.atomic
def ask(subject: CaseFile | User, received_on: date, *, by: User, at: datetime) -> SubjectRequest:
    """Ask for everything that is kept about a case or a member of staff; a worker gathers it.

    It is due one calendar month after it was received (UK GDPR, article 12(3)). Raises PermissionDenied for anybody but
    the council's QA head and senior leaders, and for whoever it is about or who has a part in the case (H-9); Refused
    for a day that has not come.
    """
    council = by.council
    allowed = by.has_perm("retention.answer_subject", subject)
    if council is None or not allowed or subject.council_id != council.pk:
        raise PermissionDenied
    if received_on > timezone.localdate(at):
        raise Refused("The day on which it was asked for has not come yet. Enter an earlier one.")
    made = SubjectRequest.objects.create(
        council=council,
        case=subject if isinstance(subject, CaseFile) else None,
        person=subject if isinstance(subject, User) else None,
        received_on=received_on,
        due_on=months_after(received_on, 1),
        asked_by=by,
        asked_at=at,
    )
    about = "case" if made.case_id else "person"
    record("ask for subject data", made, by=by, at=at, detail={"about": about})
    return made


def locked(request: SubjectRequest, by: User) -> SubjectRequest:
    """The request, locked, for who asked for it and has no part in what it is about."""
    request = SubjectRequest.objects.select_for_update().get(pk=request.pk)
    if not by.has_perm("retention.open_file", request):
        raise PermissionDenied
    return request


@transaction.atomic
def confirm(
    request: SubjectRequest, also: Sequence[str], *, read: bool, by: User, at: datetime
) -> SubjectRequest:
    """Say that every passage has been read, and which words are taken out besides; a worker then makes the file.

    Refused where nobody says that they have read it: no file is ever made without.
    """
    request = locked(request, by)
    CONFIRM.check(request.state)
    if not read:
        raise Refused("Read every passage first, and say so.")
    request.state, request.read_by, request.read_at = CONFIRM.target, by, at
    request.also = list(dict.fromkeys(one.strip()[:80] for one in also if one.strip()))
    request.tries, request.fault, request.lease_until = 0, "", None
    request.save()
    record("read subject data", request, by=by, at=at, detail={"taken_out": len(request.also)})
    return request


@transaction.atomic
def start_again(request: SubjectRequest, *, by: User, at: datetime) -> SubjectRequest:
    """Gather everything anew, as it is now; what was read through before has to be read again."""
    request = locked(request, by)
    START_AGAIN.check(request.state)
    request.state, request.gathered, request.content = START_AGAIN.target, None, None
    request.tries, request.fault, request.lease_until = 0, "", None
    request.read_by = request.read_at = request.ready_at = None
    request.save()
    record("gather subject data again", request, by=by, at=at)
    return request


@transaction.atomic
def download(request: SubjectRequest, *, by: User, at: datetime) -> bytes:
    """The file, for who asked for it alone. Raises PermissionDenied for others; Refused while there is none."""
    request = locked(request, by)
    if request.state != RequestState.READY or request.content is None:
        raise Refused("There is no file to download.")
    request.downloaded_at = at
    request.save(update_fields=["downloaded_at"])
    record("download subject data", request, by=by, at=at)
    return base64.b64decode(unseal(request.content, about=request.sealed_about("content")))


@transaction.atomic
def erase(request: SubjectRequest, *, at: datetime, by: User | None = None) -> SubjectRequest:
    """Erase the file; that somebody asked, and when it was answered, stays."""
    request = SubjectRequest.objects.select_for_update().get(pk=request.pk)
    if by is not None and not by.has_perm("retention.open_file", request):
        raise PermissionDenied
    ERASE.check(request.state)
    request.state, request.erased_at = ERASE.target, at
    request.gathered, request.content, request.also = None, None, []
    request.save()
    cause = "" if by else "its time is over"
    record("erase subject data", request, by=by, cause=cause, at=at)
    return request


def erase_outlived(*, at: datetime) -> int:
    """Erase the files whose 28 days are over; gives how many."""
    over = list(SubjectRequest.objects.light().outlived(at))
    for request in over:
        erase(request, at=at)
    return len(over)


# In the background -------------------------------------------------------------------------------------


def work(request_id: int, *, at: datetime) -> bool:
    """Gather a file, or put it together once it was read through; whether that was done here."""
    request = take_up(request_id)
    if request is None:
        return False
    try:
        changes = (
            gathered(request, at=at)
            if request.state == RequestState.GATHERING
            else finished(request, at=at)
        )
    except Exception as fault:
        mine(request).update(state=GIVE_UP.target, fault=place(fault)[:200], lease_until=None)
        return False
    return bool(mine(request).update(**changes, lease_until=None))


@transaction.atomic
def take_up(request_id: int) -> SubjectRequest | None:
    """Take a waiting request, or one whose worker died, for a limited time; None when there is nothing to do.

    The time goes by the computer's own clock, as in `core.running`.
    """
    now = timezone.now()
    rows = SubjectRequest.objects.due(now).select_for_update(skip_locked=True)
    request: SubjectRequest | None = rows.filter(pk=request_id).first()
    if request is None:
        return None
    request.tries += 1
    gone = request.tries > TRIES
    if gone:
        request.state, request.fault = (
            GIVE_UP.target,
            "It was tried three times and did not finish.",
        )
    last = request.lease_until
    request.lease_until = (
        None
        if gone
        else max(now + LEASE, last + timedelta(microseconds=1))
        if last
        else now + LEASE
    )
    request.save(update_fields=["tries", "state", "fault", "lease_until"])
    return None if gone else request


def mine(request: SubjectRequest) -> Any:
    """The request, if it has not been taken up by another worker since."""
    return SubjectRequest.objects.filter(
        pk=request.pk, state=request.state, lease_until=request.lease_until
    )


def gathered(request: SubjectRequest, *, at: datetime) -> dict[str, Any]:
    """Everything about the subject, known names taken out, with the passages that a person must look at."""
    out = redaction_of(request)
    found = about(request)
    tables = [redacted(one, out) for one in found]
    texts = [
        value.says
        for one in tables
        if one.label not in BY_THE_SERVICE
        for row in one.rows
        for value in row
        if value.text
    ]
    words = suspects(texts, known_words(request))
    held = {"tables": [plain(one) for one in tables], "passages": passages(words, texts)}
    return {
        "state": GATHERED.target,
        "gathered": seal(json.dumps(held), about=request.sealed_about("gathered")),
        "counts": {one.label: len(one.rows) for one in tables},
        "made_at": at,
    }


def about(request: SubjectRequest) -> Iterator[Rows]:
    """Everything about whom it is about."""
    if request.case is not None:
        return about_case(request.case, request.asked_by)
    if request.person is not None:
        return about_person(request.person, request.asked_by)
    raise ValueError(f"Request {request.pk} is about nobody.")


def redaction_of(request: SubjectRequest) -> Redaction:
    """What is taken out by itself: names of everybody else of the staff, numbers of other files, days of birth."""
    council = request.council_id
    staff = User.objects.filter(council=council).exclude(pk__in=[request.person_id])
    own_cases = CaseFile.objects.filter(pk__in=[request.case_id])
    numbers = CaseFile.objects.filter(council=council).exclude(pk__in=own_cases).order_by()
    audits = Audit.objects.filter(council=council).order_by()
    if request.case_id:
        audits = audits.exclude(case=request.case_id)
    others = files(
        [
            *numbers.values_list("number", flat=True),
            *(audits.values_list("reference", flat=True) if request.case_id else ()),
        ]
    )
    people = [Person(name, STAFF) for name in staff.values_list("name", flat=True)]
    return redaction(people, {}, known_words(request), others=others)


def known_words(request: SubjectRequest) -> list[str]:
    """Words that are nobody's name here: the council's and its teams', and the subject's own."""
    units = OrgUnit.objects.filter(council=request.council_id).values_list("name", flat=True)
    own = [request.person.name] if request.person else []
    return [request.council.name, *units, *own, *month_name, *day_name]


def redacted(found: Rows, out: Redaction) -> Rows:
    """Rows whose texts name nobody who is known here."""
    return Rows(
        found.label,
        found.why,
        tuple(
            tuple(Value(one.name, out(one.says) if one.text else one.says, one.text) for one in row)
            for row in found.rows
        ),
    )


def plain(found: Rows) -> dict[str, Any]:
    """A table as JSON."""
    return {
        "label": found.label,
        "why": found.why,
        "rows": [[[one.name, one.says, one.text] for one in row] for row in found.rows],
    }


def passages(words: Iterable[str], texts: Iterable[str]) -> list[dict[str, Any]]:
    """Each word that may be a name, with the passages in which it stands."""
    texts = list(dict.fromkeys(texts))
    return [
        {
            "word": word,
            "places": [around(text, word) for text in texts if word in text][:MOST_PLACES],
        }
        for word in words
    ]


def around(text: str, word: str) -> str:
    """A word with what stands around it."""
    start = max(text.find(word) - AROUND, 0)
    end = text.find(word) + len(word) + AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def read_gathered(request: SubjectRequest) -> dict[str, Any]:
    """What has been gathered. Raises Refused while there is nothing."""
    if request.gathered is None:
        raise Refused("Nothing has been gathered yet.")
    held: dict[str, Any] = json.loads(
        unseal(request.gathered, about=request.sealed_about("gathered"))
    )
    return held


def finished(request: SubjectRequest, *, at: datetime) -> dict[str, Any]:
    """The file, with the words taken out that its reader named."""
    held = read_gathered(request)
    also = [re.compile(rf"(?<!\w){re.escape(one)}(?!\w)", re.IGNORECASE) for one in request.also]
    tables = []
    for one in held["tables"]:
        rows = [
            [(name, without(says, also) if text else says) for name, says, text in row]
            for row in one["rows"]
        ]
        tables.append({"label": one["label"], "why": one["why"], "rows": rows})
    content = zipped(request, tables, at)
    return {
        "state": PUT_TOGETHER.target,
        "content": seal(base64.b64encode(content).decode(), about=request.sealed_about("content")),
        "gathered": None,
        "ready_at": at,
    }


def without(text: str, words: Iterable[re.Pattern[str]]) -> str:
    """A text without some words."""
    for word in words:
        text = word.sub(SOMEBODY, text)
    return text


def zipped(request: SubjectRequest, tables: list[dict[str, Any]], at: datetime) -> bytes:
    """A ZIP with one page to read and the same as JSON."""
    context = {"request": request, "tables": tables, "at": at}
    html = render_to_string("retention/subject_file.html", context)
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("index.html", html)
        bundle.writestr("data.json", json.dumps({"tables": tables}, indent=1, ensure_ascii=False))
    return into.getvalue()

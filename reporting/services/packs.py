"""Asking for a pack, making it in the background, and sharing it. A job is a row with a lease; Celery is only the bell."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from audits.models import Audit
from cases.models import CaseFile
from core.moves import Refused
from core.trail import record
from people.models import Council, OrgUnit, User
from reporting.builders import pack as builder
from reporting.models import Pack, PackItem
from reporting.pdf import NoPdf, render_pages
from reporting.redaction import Files, Person, Redaction, files, redaction

LEASE = timedelta(minutes=10)
# How many packs of one person may wait at the same time.
AT_ONCE = 3
TRIES = 3
MOST = 40
State = Pack.State


@dataclass(frozen=True)
class Wish:
    """What is asked for: which kind, its title, what is learned, words that are taken out besides the known names."""

    kind: str
    title: str
    learning: str = ""
    also: tuple[str, ...] = ()


@transaction.atomic
def ask_for_pack(wish: Wish, audits: Sequence[Audit], *, by: User, at: datetime) -> Pack:
    """Ask for a pack of these audits, in their order; two of one child have one number.

    Raises PermissionDenied for anybody but the council's QA team and for audits of another council; Refused without
    audits, with too many, without a title, and with one that says who somebody is.
    """
    council = by.council
    if not by.has_perm("reporting.make_pack") or council is None:
        raise PermissionDenied
    if any(one.council_id != by.council_id for one in audits):
        raise PermissionDenied
    if not audits:
        raise Refused("Choose at least one audit.")
    if len(audits) > MOST:
        raise Refused(f"Choose {MOST} audits or fewer.")
    if not wish.title.strip():
        raise Refused("Enter a title.")
    if names_somebody(wish.title, council):
        raise Refused(
            "Enter a title without names of people and without numbers of cases or audits."
        )
    Council.objects.select_for_update(no_key=True).get(pk=council.pk)
    waiting = Pack.objects.filter(asked_by=by, state__in=[State.WAITING, State.MAKING])
    if waiting.count() >= AT_ONCE:
        raise Refused(
            f"{AT_ONCE} packs that you have asked for are still being made. Ask again when one is ready."
        )
    last = Pack.objects.filter(council=council).aggregate(last=Max("number"))["last"]
    pack = Pack.objects.create(
        council=council,
        number=(last or 0) + 1,
        kind=wish.kind,
        title=wish.title.strip(),
        learning=wish.learning.strip(),
        also=list(wish.also),
        asked_by=by,
        asked_at=at,
    )
    children: dict[int, int] = {}
    PackItem.objects.bulk_create(
        PackItem(
            pack=pack,
            audit=audit,
            place=place,
            child=children.setdefault(audit.case_id, len(children) + 1),
        )
        for place, audit in enumerate(audits, start=1)
    )
    record("ask for pack", pack, by=by, at=at, detail={"audits": len(audits)})
    return pack


@transaction.atomic
def make_again(pack: Pack, also: Sequence[str], *, by: User, at: datetime) -> Pack:
    """Make a pack anew, with further words taken out; it is no longer shared. Refused while it is being made.

    The end of its last lease stays: whoever made it before must never write over what is made now.
    """
    pack = Pack.objects.select_for_update().light().get(pk=pack.pk)
    check_makes(pack, by)
    if pack.busy:
        raise Refused("This pack is being made already.")
    pack.also = list(dict.fromkeys([*pack.also, *also]))
    pack.state, pack.fault, pack.tries = State.WAITING, "", 0
    pack.shared_by = pack.shared_at = None
    pack.save(update_fields=["also", "state", "fault", "tries", "shared_by", "shared_at"])
    record("make pack again", pack, by=by, at=at)
    return pack


def check_makes(pack: Pack, by: User) -> None:
    """Only the council's own QA team changes a pack."""
    if by.council_id != pack.council_id or not by.has_perm("reporting.make_pack"):
        raise PermissionDenied


@transaction.atomic
def share(pack: Pack, *, by: User, at: datetime) -> Pack:
    """Let the council's senior leaders open a pack, once somebody has looked through it.

    Refused until it is ready, and for an inspection pack: it holds feedback that leaders may not read.
    """
    pack = Pack.objects.select_for_update().light().get(pk=pack.pk)
    check_makes(pack, by)
    if pack.kind != Pack.Kind.SLT:
        raise Refused("Only a pack for senior leaders can be shared. Make one of the same audits.")
    if pack.state != State.READY:
        raise Refused("A pack can be shared once it is ready.")
    if pack.shared_at is None:
        pack.shared_by, pack.shared_at = by, at
        pack.save(update_fields=["shared_by", "shared_at"])
        record("share pack", pack, by=by, at=at)
    return pack


@transaction.atomic
def unshare(pack: Pack, *, by: User, at: datetime) -> Pack:
    """Take a pack back from those it was shared with."""
    pack = Pack.objects.select_for_update().light().get(pk=pack.pk)
    check_makes(pack, by)
    if pack.shared_at is not None:
        pack.shared_by = pack.shared_at = None
        pack.save(update_fields=["shared_by", "shared_at"])
        record("unshare pack", pack, by=by, at=at)
    return pack


# In the background -------------------------------------------------------------------------------------


@transaction.atomic
def take_up(pack_id: int, *, at: datetime) -> Pack | None:
    """Take a waiting pack, or one whose maker died, for a limited time; None when there is nothing to do."""
    due = Pack.objects.due(at).light().select_for_update(skip_locked=True, of=("self",))
    pack = due.select_related("council").filter(pk=pack_id).first()
    if pack is None:
        return None
    pack.tries += 1
    gone = pack.tries > TRIES
    pack.state = State.FAILED if gone else State.MAKING
    pack.fault = "It was tried three times and did not finish." if gone else ""
    pack.lease_until = later(at + LEASE, pack.lease_until)
    pack.save(update_fields=["tries", "state", "fault", "lease_until"])
    return None if gone else pack


def later(end: datetime, last: datetime | None) -> datetime:
    """The end of a new lease, which is never that of an earlier one: by it each making is known."""
    return end if last is None else max(end, last + timedelta(microseconds=1))


def make_pack(pack_id: int, *, at: datetime) -> bool:
    """Make one pack; returns whether it was made now. Doing it again changes nothing."""
    pack = take_up(pack_id, at=at)
    return pack is not None and make(pack, at=at)


def make(pack: Pack, *, at: datetime) -> bool:
    """Make a pack that was taken up, and keep it unless somebody else has taken it up since; returns whether it is."""
    try:
        pages = read(pack, at=at)
        html = render_to_string("reporting/pack_pdf.html", {"pack": pages})
        content, number = render_pages(html)
    except NoPdf as fault:
        end(pack, state=State.FAILED, fault=str(fault)[:300])
        return False
    return end(
        pack,
        state=State.READY,
        content=content,
        checksum=hashlib.sha256(content).hexdigest(),
        pages=number,
        suspects=[one[:80] for one in pages.suspects],
        ready_at=at,
    )


@transaction.atomic
def end(pack: Pack, **changes: object) -> bool:
    """Keep how a making ended, if it is still the one that is under way; an older one changes nothing."""
    now = Pack.objects.select_for_update().light().get(pk=pack.pk)
    if now.state != State.MAKING or now.lease_until != pack.lease_until:
        return False
    Pack.objects.filter(pk=pack.pk).update(**changes)
    return True


def items_of(pack: Pack) -> list[PackItem]:
    """The audits of a pack with what their pages need."""
    audits = Audit.objects.with_people().with_edition().select_related("council", "manager", "case")
    items = list(PackItem.objects.filter(pack=pack).order_by("place"))
    found = audits.in_bulk([one.audit_id for one in items])
    for one in items:
        one.audit = found[one.audit_id]
    return items


def read(pack: Pack, *, at: datetime) -> builder.PackPages:
    """Everything that the pack prints, without names."""
    items = items_of(pack)
    staff = dict(User.objects.filter(council=pack.council_id).values_list("pk", "name"))
    kept = builder.kept_words(pack, items, units_of(pack.council_id))
    others = files_of(pack.council_id)
    chapters = [builder.chapter_of(item, pack, staff, items, kept, others) for item in items]
    out = redaction(
        [Person(name, builder.STAFF) for name in staff.values()]
        + [Person(word, builder.SOMEBODY) for word in pack.also],
        {one.audit.case.number: one.pseudonym for one in items},
        kept,
        born=builder.days_of_birth(items),
        others=others,
    )
    return builder.pages_of(
        pack,
        chapters,
        facts=builder.facts_of(items),
        title=out(pack.title),
        learning=out(pack.learning),
        at=at,
    )


def units_of(council_id: int) -> list[str]:
    """What a council's units are called."""
    return list(OrgUnit.objects.filter(council=council_id).values_list("name", flat=True))


def files_of(council_id: int) -> Files:
    """The numbers of all files of a council, and the references of all its audits."""
    cases = CaseFile.objects.filter(council=council_id).order_by().values_list("number", flat=True)
    audits = Audit.objects.filter(council=council_id).order_by().values_list("reference", flat=True)
    return files([*cases, *audits])


def names_somebody(title: str, council: Council) -> bool:
    """Whether a title holds a name of somebody of the council, or the number of a case or an audit."""
    staff = User.objects.filter(council=council).values_list("name", flat=True)
    out: Redaction = redaction(
        [Person(name, builder.STAFF) for name in staff],
        {},
        [council.name, *units_of(council.pk)],
        others=files_of(council.pk),
    )
    return out(title) != unicodedata.normalize("NFC", title)


def key_lines(pack: Pack) -> list[list[str]]:
    """Which child is which: the pseudonym, the case number and the audit."""
    rows = PackItem.objects.filter(pack=pack).select_related("audit__case").order_by("place")
    return [
        ["In the pack", "Case number", "Audit"],
        *([one.pseudonym, one.audit.case.number, one.audit.reference] for one in rows),
    ]

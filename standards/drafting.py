"""Preparing the next edition in the browser: upload, change one value, accept, confirm, propose, approve."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from people.models import User
from standards import editing
from standards.crosscheck.paths import place_of
from standards.models import Framework, FrameworkVersion
from standards.presenting import marks
from standards.schema import read, unacknowledged
from standards.selectors import in_force
from standards.services import checked, load, loaded, publish
from standards.services import retire as retire_edition

State = FrameworkVersion.State


@dataclass(frozen=True)
class Change:
    """One value to be changed, and the mark of the value as the person saw it."""

    place: editing.Place
    value: editing.Value
    seen: str


def _may_write(by: User) -> None:
    if not by.has_perm("standards.write_framework"):
        raise PermissionDenied


@transaction.atomic
def upload(text: str, *, by: User, at: datetime, replace: str = "") -> FrameworkVersion:
    """Load a file as a draft of one's own council; a draft that is there is replaced only if `replace` is its checksum.

    Raises Refused with every fault of the file, for another council, or for an edition that is not the next.
    """
    _may_write(by)
    about = checked(text)["framework"]
    if by.council is None:
        raise PermissionDenied
    own = by.council.code if by.council else ""
    if about["code"] != own:
        raise Refused(
            f"framework.code: The file is for “{about['code']}”, and your council is “{own}”. "
            "Upload your own council's file."
        )
    if version := loaded(text):
        return version
    Framework.objects.select_for_update().filter(council=by.council, code=about["code"]).first()
    _check_edition(about["edition"], by, replace)
    version = load(text, at=at)
    record("upload framework", version, by=by, at=at, detail={"edition": version.edition})
    return version


def _check_edition(number: int, by: User, replace: str) -> None:
    """The file must be the next edition, or the draft that its sender has seen."""
    versions = FrameworkVersion.objects.filter(council=by.council).order_by("-edition")
    newest = versions.only("edition", "state", "checksum").first()
    if newest is None:
        return
    draft = newest if newest.state == State.DRAFT else None
    if draft and number == newest.edition:
        if replace != draft.checksum:
            raise Refused(
                f"framework.edition: Edition {number} is a draft already. Look at it first; to put this "
                "file in its place, tick “Replace the draft” and check the file again."
            )
        return
    following = newest.edition if draft else newest.edition + 1
    if number != following:
        raise Refused(
            f"framework.edition: The next edition is {following}, and the file says {number}. "
            f"Write “edition: {following}”."
        )


def change(
    version: FrameworkVersion, wanted: Change, *, by: User, at: datetime
) -> FrameworkVersion:
    """Change one value and keep the result as a draft. Raises Refused for a value that is no longer as it was seen."""
    if editing.fixed(wanted.place):
        raise PermissionDenied

    def edit(text: str) -> str:
        _still(text, wanted.place, wanted.seen)
        return editing.changed(text, wanted.place, wanted.value)

    return _drafted(version, edit, by=by, at=at)


def _still(text: str, place: editing.Place, seen: str) -> None:
    """Raises Refused when somebody else has changed the value in the meantime."""
    try:
        now = editing.value_at(read(text), place)
    except editing.NotThere:
        raise Refused("Somebody has taken this out since you opened the page.") from None
    if editing.mark_of(now) != seen:
        raise Refused(
            "Somebody has changed this since you opened the page. What it says now stands above; "
            "save again to put yours in its place."
        )


def accept_warnings(
    version: FrameworkVersion,
    chosen: Iterable[tuple[str, str]],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> FrameworkVersion:
    """Write warnings into the file's list of what is acknowledged, by name and path, unless they are there."""

    def edit(text: str) -> str:
        wanted = set(chosen)
        entries = [
            {"warning": row.name, "path": row.path, "reason": reason}
            for row in unacknowledged(read(text))
            if (row.name, row.path) in wanted
        ]
        return editing.added(text, "acknowledged", *entries) if entries else text

    return _drafted(version, edit, by=by, at=at)


def confirm(
    version: FrameworkVersion, place: editing.Place, seen: str, *, by: User, at: datetime
) -> FrameworkVersion:
    """Take the mark of an assumption out of the file: an entry of its list with the marks it speaks of, or one mark."""
    if not (place[:1] == ("assumed",) and len(place) == 2) and place[-1:] != ("assumed",):
        raise PermissionDenied

    def edit(text: str) -> str:
        _still(text, place, seen)
        document = read(text)
        places = [place]
        if place[-1] != "assumed":
            entry = editing.value_at(document, place)
            where = place_of(entry["path"], document) or ()
            places += marks(document, where, entry["number"])
        return editing.without(text, *places)

    return _drafted(version, edit, by=by, at=at)


@transaction.atomic
def _drafted(
    version: FrameworkVersion, edit: Callable[[str], str], *, by: User, at: datetime
) -> FrameworkVersion:
    """Edit a draft's file, or begin the next edition with it; a proposal lapses when the file changes.

    One person at a time edits a framework. Raises Refused with every fault that the change would make, or
    for an edition that is not the newest.
    """
    _may_write(by)
    Framework.objects.select_for_update().get(pk=version.framework_id)
    newest = FrameworkVersion.objects.filter(framework=version.framework_id).latest("edition")
    if newest.pk != version.pk:
        state = "a draft already" if newest.state == State.DRAFT else "newer"
        raise Refused(f"Edition {newest.edition} is {state}. Make your change there.")
    text = newest.source
    if newest.state != State.DRAFT:
        text = editing.as_edition(text, newest.edition + 1)
        text = editing.in_force_from(text, max(newest.effective_from, timezone.localdate(at)))
    draft = load(edit(text), at=at)
    detail = {"edition": draft.edition, "from": version.edition}
    record("change framework", draft, by=by, at=at, detail=detail)
    return draft


@transaction.atomic
def propose(
    version: FrameworkVersion, *, first_day: date, seen: str, by: User, at: datetime
) -> FrameworkVersion:
    """Ask a second person to publish the draft, as it was seen, from a day.

    Raises Refused for a day in the past, for warnings that nobody has accepted, and where somebody has
    changed or proposed it in the meantime.
    """
    _may_write(by)
    if first_day < timezone.localdate(at):
        raise Refused("The first day must be today or later.")
    Framework.objects.select_for_update().get(pk=version.framework_id)
    version = FrameworkVersion.objects.select_related("proposed_by").get(pk=version.pk)
    if version.state != State.DRAFT:
        raise Refused("This edition is not a draft.")
    _unchanged(version, seen)
    _check_proposal(version, first_day, by)
    if first_day != version.effective_from:
        version = load(editing.in_force_from(version.source, first_day), at=at)
    version.proposed_by, version.proposed_at = by, at
    version.save(update_fields=["proposed_by", "proposed_at"])
    record("propose framework", version, by=by, at=at, detail={"edition": version.edition})
    return version


def _check_proposal(version: FrameworkVersion, first_day: date, by: User) -> None:
    """Nobody takes over another's proposal, and warnings are settled first."""
    other = version.proposed_by
    if other and other.pk != by.pk and first_day == version.effective_from:
        raise Refused(f"{other.name} has already asked for it to be published on this day.")
    if count := len(unacknowledged(read(version.source))):
        raise Refused(
            f"{count} warning{'s' * (count != 1)} must be mended or accepted first. Open “Warnings”."
        )


def _unchanged(version: FrameworkVersion, seen: str) -> None:
    if version.checksum != seen:
        raise Refused("The draft has changed since you opened the page. Look at it again first.")


@transaction.atomic
def approve(version: FrameworkVersion, *, seen: str, by: User, at: datetime) -> FrameworkVersion:
    """Publish what somebody else has proposed (H2), as it was seen. Raises Refused for one's own proposal, or none."""
    if not by.has_perm("standards.approve_framework"):
        raise PermissionDenied
    Framework.objects.select_for_update().get(pk=version.framework_id)
    version = FrameworkVersion.objects.get(pk=version.pk)
    if version.state != State.DRAFT:
        raise Refused("This edition is not a draft.")
    _unchanged(version, seen)
    if version.proposed_by_id is None:
        raise Refused("Nobody has asked for this edition to be published.")
    if version.proposed_by_id == by.pk:
        raise Refused("A second person approves an edition. You proposed this one yourself.")
    if version.effective_from < timezone.localdate(at):
        raise Refused("Its first day has passed. Propose it again with another day.")
    return publish(version, at=at, by=by)


def retire(version: FrameworkVersion, *, by: User, at: datetime) -> FrameworkVersion:
    """Take an edition out of use for new audits."""
    if not by.has_perm("standards.approve_framework"):
        raise PermissionDenied
    return retire_edition(version, at=at, by=by)


def compared_with(version: FrameworkVersion, on: date) -> FrameworkVersion | None:
    """What an edition is compared with: the one in force; for that one and those before it, the one before."""
    earlier = FrameworkVersion.objects.filter(
        framework=version.framework_id, edition__lt=version.edition
    ).exclude(state=State.DRAFT)
    current = in_force(version.council, on)
    if current is not None and current.edition < version.edition:
        return current
    return earlier.order_by("-edition").first()

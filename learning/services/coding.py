"""Coding: which themes an extract bears, and as what; and what of it may be printed (G-45)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from learning.kinds import KINDS
from learning.models import BlindItem, Coding, Extract, Theme
from learning.services.theming import add_theme
from learning.states import ThemeState
from people.models import User

CHANGED = "Somebody else has coded this meanwhile. Look at what they chose, then save again."
IN_ROUND = (
    "This text is in a round of blind coding. It can be coded here once that round is settled."
)
QUOTATION = 500


@dataclass(frozen=True, order=True)
class Code:
    """One theme of an extract, and as what it bears it."""

    theme: int
    kind: str


@transaction.atomic
def code_extract(
    extract: Extract,
    codes: Iterable[Code],
    *,
    by: User,
    at: datetime,
    read: int | None = None,
    new_tag: str = "",
    kind: str = "",
) -> Extract:
    """Give an extract these codes in the place of those it had; none means that there is nothing to code.

    `new_tag` is a theme that is not on the list yet, given as `kind`. `read` is the revision that was on the screen.
    Raises PermissionDenied for whoever may not read the extract; Refused where somebody else has coded it meanwhile,
    while it is in a blind round, and for a theme or kind that there is not.
    """
    found = locked(extract, by)
    if read is not None and read != found.revision:
        raise Refused(CHANGED)
    if BlindItem.objects.filter(extract=found, settled_at=None).exists():
        raise Refused(IN_ROUND)
    wanted = set(codes)
    if new_tag.strip():
        wanted.add(Code(add_theme(found.council, new_tag, by=by, at=at).pk, kind))
    keep_codes(found, wanted, by=by, at=at)
    return found


def locked(extract: Extract, by: User) -> Extract:
    """The extract's row, for somebody who may read and code it."""
    found: Extract = Extract.objects.select_for_update(of=("self",)).get(pk=extract.pk)
    if not by.has_perm("learning.code_extract", found):
        raise PermissionDenied
    return found


def keep_codes(extract: Extract, wanted: set[Code], *, by: User, at: datetime) -> None:
    """Write what an extract bears; what stays keeps who gave it and when."""
    check(extract, wanted)
    there = {Code(one.theme_id, one.kind): one for one in extract.codings.all()}
    gone = [one.pk for code, one in there.items() if code not in wanted]
    Coding.objects.filter(pk__in=gone).delete()
    Coding.objects.bulk_create(
        Coding(extract=extract, theme_id=code.theme, kind=code.kind, coder=by, at=at)
        for code in sorted(wanted - there.keys())
    )
    extract.suggestions.all().delete()
    extract.done_by, extract.done_at, extract.revision = by, at, extract.revision + 1
    extract.save(update_fields=["done_by", "done_at", "revision"])
    record("code extract", extract, by=by, at=at, detail={"codes": len(wanted)})


def check(extract: Extract, wanted: Iterable[Code]) -> None:
    """Raise Refused for a kind that there is not, or a theme that is not on the council's list.

    A theme that is no longer used may stay where it was given before.
    """
    if any(code.kind not in KINDS for code in wanted):
        raise Refused("Choose what the text says about the theme.")
    given = {code.theme for code in wanted}
    kept = set(extract.codings.values_list("theme", flat=True))
    themes = dict(
        Theme.objects.filter(council=extract.council_id, pk__in=given).values_list("pk", "state")
    )
    used = {ThemeState.USED, ThemeState.NEW}
    if any(pk not in themes or (themes[pk] not in used and pk not in kept) for pk in given):
        raise Refused("Choose a theme from the list.")


@transaction.atomic
def quote(extract: Extract, words: str, *, by: User, at: datetime) -> Extract:
    """Let words be printed as an example of what an extract says: written by a person, never the text by itself.

    Empty words take the example back. Raises PermissionDenied for whoever may not read the extract.
    """
    found = locked(extract, by)
    words = " ".join(words.split())
    if len(words) > QUOTATION:
        raise Refused(f"Use at most {QUOTATION} characters.")
    found.quotation = words
    found.quoted_by, found.quoted_at = (by, at) if words else (None, None)
    found.save(update_fields=["quotation", "quoted_by", "quoted_at"])
    record("quote extract" if words else "take quotation back", found, by=by, at=at)
    return found

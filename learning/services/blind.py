"""Blind rounds: two people code the same extracts apart from each other, then settle where they differ (G-45)."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import sampling
from core.moves import Refused
from core.trail import record
from learning.models import BlindItem, BlindRound, BlindSheet, Extract, Theme
from learning.services.coding import Code, check, keep_codes
from learning.services.theming import add_theme
from learning.states import ThemeState
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds

MOST = 200
# No more than these are drawn from: the newest, so that a pool stays small enough to be kept.
POOL = 2000


def drawn(pool: Collection[int], number: int, seed: str) -> list[int]:
    """The extracts that a pool and a seed give, in their order; anybody can draw them again."""
    files = tuple(sampling.File(str(pk)) for pk in pool)
    result = sampling.draw(sampling.Pool(files, of="audit"), sampling.Rule(number=number), seed)
    return [int(one.reference) for one in result.files]


@transaction.atomic
def open_round(
    number: int, first: User, second: User, *, by: User, at: datetime, seed: str = ""
) -> BlindRound:
    """Draw so many extracts by chance that both may read and nobody has coded, and give them to two people.

    Raises PermissionDenied for whoever is not of the QA team; Refused for two who are not two of it, and where nothing
    waits that both may read.
    """
    council = by.council
    if council is None or not by.has_perm("learning.open_round"):
        raise PermissionDenied
    on = timezone.localdate(at)
    both = (first, second)
    if first.pk == second.pk or any(
        one.council_id != council.pk or not holds(one, *QA_TEAM, on=on) for one in both
    ):
        raise Refused("Choose two different people of the QA team.")
    if not 1 <= number <= MOST:
        raise Refused(f"Draw from 1 to {MOST} texts.")
    mine = Extract.objects.visible_to(first, on).waiting().free()
    theirs = Extract.objects.visible_to(second, on).values("pk")
    rows = mine.filter(pk__in=theirs).exclude(kind="").order_by("-month", "-pk")
    pool = sorted(islice(rows.values_list("pk", flat=True), POOL))
    if not pool:
        raise Refused("No text waits that both may read.")
    seed = seed or secrets.token_hex(16)
    last = BlindRound.objects.filter(council=council).aggregate(n=Max("number"))["n"] or 0
    made = BlindRound.objects.create(
        council=council,
        number=last + 1,
        first=first,
        second=second,
        pool=pool,
        seed=seed,
        made_by=by,
        made_at=at,
    )
    BlindItem.objects.bulk_create(
        BlindItem(round=made, extract_id=pk, order=order)
        for order, pk in enumerate(drawn(pool, number, seed), 1)
    )
    record("open blind round", made, by=by, at=at, detail={"number": number})
    return made


@transaction.atomic
def hand_in_sheet(
    item: BlindItem,
    codes: Iterable[Code],
    *,
    by: User,
    at: datetime,
    new_tag: str = "",
    kind: str = "",
) -> BlindSheet:
    """Keep what one of the two gives an item; nobody but them sees it before both have finished.

    When it was the last one, the round is shown, and what both gave alike stands at once.
    Raises PermissionDenied for anybody else; Refused for a second time.
    """
    blind_round: BlindRound = BlindRound.objects.select_for_update().get(pk=item.round_id)
    if not by.has_perm("learning.code_blind", blind_round):
        raise PermissionDenied
    if BlindSheet.objects.filter(item=item, coder=by).exists():
        raise Refused("You have coded this text already.")
    wanted = set(codes)
    if new_tag.strip():
        wanted.add(Code(add_theme(blind_round.council, new_tag, by=by, at=at).pk, kind))
    check(item.extract, wanted)
    pairs = [[code.theme, code.kind] for code in sorted(wanted)]
    sheet = BlindSheet.objects.create(item=item, coder=by, codes=pairs, at=at)
    record("code blind", item.extract, by=by, at=at)
    show_when_ready(blind_round, by=by, at=at)
    return sheet


def show_when_ready(blind_round: BlindRound, *, by: User, at: datetime) -> None:
    """Show a round once both have coded all of it; what they gave alike stands as the coding."""
    items = list(blind_round.items.select_related("extract").prefetch_related("sheets"))
    if any(len(item.sheets.all()) < 2 for item in items):
        return
    blind_round.shown_at = at
    blind_round.save(update_fields=["shown_at"])
    record("show blind round", blind_round, by=by, at=at)
    stands = standing_themes(blind_round.council_id)
    for item in items:
        one, other = (codes_of(sheet, stands) for sheet in item.sheets.all())
        if one == other:
            _settle(item, one, by=by, at=at)


def codes_of(sheet: BlindSheet, stands: Mapping[int, int]) -> set[Code]:
    """What a sheet says, in the themes that stand by now; one that is no longer used is left out."""
    return {Code(stands[theme], kind) for theme, kind in sheet.codes if theme in stands}


def standing_themes(council_id: int) -> dict[int, int]:
    """Each theme of a council that stands, or the one into which it was merged, by the theme's id; one query."""
    rows = Theme.objects.filter(council=council_id).select_related("into")
    stands = ((one.pk, one.into or one) for one in rows)
    return {pk: one.pk for pk, one in stands if one.state in {ThemeState.USED, ThemeState.NEW}}


@transaction.atomic
def settle_item(item: BlindItem, codes: Iterable[Code], *, by: User, at: datetime) -> BlindItem:
    """Write down what the two have settled on where they differed; it stands as the coding.

    Raises PermissionDenied for whoever is neither of them; Refused before both have finished, and for a second time.
    """
    found: BlindItem = BlindItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if not by.has_perm("learning.code_blind", found.round):
        raise PermissionDenied
    if found.round.shown_at is None:
        raise Refused("This can be settled once both have coded everything.")
    if found.settled_at is not None:
        raise Refused("This is settled already.")
    return _settle(found, set(codes), by=by, at=at)


def _settle(item: BlindItem, codes: set[Code], *, by: User, at: datetime) -> BlindItem:
    keep_codes(item.extract, codes, by=by, at=at)
    item.settled_by, item.settled_at = by, at
    item.save(update_fields=["settled_by", "settled_at"])
    return item

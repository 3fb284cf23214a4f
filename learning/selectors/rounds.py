"""Blind rounds as their pages show them: one's own part, and both once they have finished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.shares import percent
from learning.agreement import Table, mean_overlap, overlap, tables
from learning.kinds import KINDS
from learning.models import BlindItem, BlindRound, BlindSheet, Extract, Theme
from learning.selectors.texts import About, about, texts_of, with_sources
from moderation.agreement import Estimate, OneGrade, TooFew
from people.models import Council, User
from people.roles import QA_TEAM


@dataclass(frozen=True)
class Progress:
    """How far one of the two is."""

    person: User
    done: int
    of: int


def progress_of(blind_round: BlindRound) -> list[Progress]:
    """How far the two are; two queries."""
    of = blind_round.items.count()
    done = list(BlindSheet.objects.filter(item__round=blind_round).values_list("coder", flat=True))
    return [
        Progress(one, done.count(one.pk), of) for one in (blind_round.first, blind_round.second)
    ]


def next_item(blind_round: BlindRound, user: User) -> BlindItem | None:
    """The first item that a person has not coded yet."""
    mine = BlindSheet.objects.filter(coder=user).values("item")
    found: BlindItem | None = blind_round.items.exclude(pk__in=mine).first()
    return found


@dataclass(frozen=True)
class Compared:
    """One item with what each of the two gave it, in words; `alike`: they gave the same."""

    item: BlindItem
    about: About
    text: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    overlap: float

    @property
    def alike(self) -> bool:
        """Whether the two gave the same codes."""
        return self.first == self.second


@dataclass(frozen=True)
class Agreed:
    """One theme: counts and kappa in words."""

    label: str
    table: Table
    kappa: Estimate | None
    why: str


@dataclass(frozen=True)
class Result:
    """What a round shows once both have finished."""

    themes: tuple[Agreed, ...]
    overlap: float | None
    items: tuple[Compared, ...]

    @property
    def alike(self) -> int:
        """How many texts both coded the same."""
        return sum(one.alike for one in self.items)

    @property
    def shared(self) -> str:
        """The mean overlap in whole per cent."""
        return percent(self.overlap or 0.0)


def result_of(blind_round: BlindRound, reader: User, on: date) -> Result:
    """Both people's codes side by side, and whether they agree. Texts that the reader may not read are left out.

    Only once both have finished: the caller looks at `shown_at`.
    """
    labels = dict(Theme.objects.filter(council=blind_round.council_id).values_list("pk", "label"))
    items = list(blind_round.items.select_related("extract").prefetch_related("sheets"))
    seen = Extract.objects.visible_to(reader, on).filter(pk__in=[one.extract_id for one in items])
    extracts = {one.pk: one for one in with_sources(seen)}
    read = texts_of(extracts.values())
    pairs = [sheets_of(one, blind_round) for one in items]
    by_theme = tables(
        [frozenset(theme for theme, _ in one) for one, _ in pairs],
        [frozenset(theme for theme, _ in other) for _, other in pairs],
    )
    compared = tuple(
        Compared(
            item,
            about(extracts[item.extract_id]),
            read.get(item.extract_id, ""),
            in_words(one, labels),
            in_words(other, labels),
            overlap(one, other),
        )
        for item, (one, other) in zip(items, pairs, strict=True)
        if item.extract_id in extracts
    )
    agreed = tuple(
        Agreed(labels.get(int(str(one.theme)), "?"), one, *in_figures(one)) for one in by_theme
    )
    return Result(agreed, mean_overlap(*zip(*pairs, strict=True)) if pairs else None, compared)


def sheets_of(item: BlindItem, blind_round: BlindRound) -> tuple[frozenset[Any], frozenset[Any]]:
    """What the first and the second gave an item."""
    given = {
        one.coder_id: frozenset((theme, kind) for theme, kind in one.codes)
        for one in item.sheets.all()
    }
    return (
        given.get(blind_round.first_id, frozenset()),
        given.get(blind_round.second_id, frozenset()),
    )


def in_words(codes: Iterable[tuple[int, str]], labels: dict[int, str]) -> tuple[str, ...]:
    """Codes as people read them."""
    return tuple(
        sorted(f"{labels.get(theme, '?')}: {KINDS.get(kind, kind)}" for theme, kind in codes)
    )


def in_figures(one: Table) -> tuple[Estimate | None, str]:
    """Kappa, or why there is none."""
    match one.kappa:
        case Estimate():
            return one.kappa, ""
        case TooFew():
            return None, f"Too few to tell: {one.kappa.n} of {one.kappa.needed} texts"
        case OneGrade():
            return None, "Both gave it to every text"


def coders_of(council: Council, on: date) -> list[User]:
    """The people of a council's QA team on a day."""
    found: dict[int, User] = {}
    for role in sorted(QA_TEAM):
        rows = User.objects.filter(council=council, is_active=True).holding(role, on)
        found |= {one.pk: one for one in rows}
    return sorted(found.values(), key=lambda one: one.name)

"""The queue of what waits to be coded, one extract after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from learning.kinds import DEVELOP, KINDS
from learning.models import BlindItem, BlindRound, Coding, Extract, Suggestion, Theme
from learning.querysets import ExtractQuerySet
from learning.selectors.texts import About, about, texts_of, with_sources
from people.models import Council, OrgUnit, User


def seen_by(user: User, on: date) -> ExtractQuerySet:
    """What a person may code now: never what is in a blind round under way."""
    return Extract.objects.visible_to(user, on).free()


def months_of(found: "QuerySet[Extract]") -> list[tuple[str, str]]:
    """The months from which there is something, the newest first."""
    months = found.order_by("-month").values_list("month", flat=True).distinct()
    return [(f"{one:%Y-%m-%d}", f"{one:%B %Y}") for one in months]


def units_of(council: Council) -> list[OrgUnit]:
    """The council's services and teams, each team under its service."""
    rows = OrgUnit.objects.filter(council=council).exclude(kind=OrgUnit.Kind.DIRECTORATE)
    return sorted(rows, key=lambda one: (one.kind != OrgUnit.Kind.SERVICE, one.name))


def next_of(found: "QuerySet[Extract]", one: Extract) -> Extract | None:
    """The next one in the order of the queue; after the last one, the first."""
    later = Q(month__lt=one.month) | Q(month=one.month, pk__gt=one.pk)
    rows = found.exclude(pk=one.pk).order_by("-month", "pk")
    return rows.filter(later).first() or rows.first()


def before(found: "QuerySet[Extract]", one: Extract) -> Extract | None:
    """The one before it in the order of the queue; None for the first."""
    earlier = Q(month__gt=one.month) | Q(month=one.month, pk__lt=one.pk)
    return found.filter(earlier).order_by("month", "-pk").first()


@dataclass(frozen=True)
class Row:
    """One extract in a list: what was asked, its text where it is shown, its codes in words."""

    extract: Extract
    about: About
    text: str
    codes: tuple[str, ...]


def rows_of(extracts: Iterable[Extract], *, texts: bool = False) -> list[Row]:
    """Lines of a list; one query for the codes and, with texts, one for each source."""
    shown = list(extracts)
    codes: dict[int, list[str]] = {}
    given = Coding.objects.filter(extract__in=[one.pk for one in shown]).select_related("theme")
    for one in given:
        codes.setdefault(one.extract_id, []).append(f"{one.theme.label}: {KINDS[one.kind]}")
    read = texts_of(shown) if texts else {}
    return [
        Row(one, about(one), read.get(one.pk, ""), tuple(codes.get(one.pk, ()))) for one in shown
    ]


@dataclass(frozen=True)
class Offered:
    """One theme that can be given: whether it is suggested, and whether it is a new tag."""

    theme: Theme
    suggested: bool


def offered(council: Council, extract: Extract | None = None) -> list[Offered]:
    """The themes in use: the suggested ones first, the likeliest at the top, then the others by name; two queries."""
    likely: dict[int, int] = {}
    if extract is not None:
        rows = Suggestion.objects.filter(extract=extract).values_list("theme", flat=True)
        likely = {theme: place for place, theme in enumerate(rows)}
    themes = Theme.objects.filter(council=council).in_use()
    found = [Offered(one, one.pk in likely) for one in themes]
    found.sort(key=lambda one: likely.get(one.theme.pk, len(likely)))
    return found


def offered_blind(blind_round: BlindRound, user: User) -> list[Offered]:
    """The themes in use, without what the other coder has added since the round began; nothing is suggested."""
    other = {blind_round.first_id, blind_round.second_id} - {user.pk}
    return [
        one
        for one in offered(blind_round.council)
        if one.theme.added_by_id not in other or one.theme.added_at < blind_round.made_at
    ]


def one_of(user: User, pk: int, on: date) -> Extract | None:
    """An extract that a person may read, with what its page names and whether it lies in a blind round; None otherwise."""
    in_round = BlindItem.objects.filter(extract=OuterRef("pk"), settled_at=None)
    rows = with_sources(Extract.objects.visible_to(user, on)).annotate(in_round=Exists(in_round))
    found: Extract | None = rows.select_related("done_by").filter(pk=pk).first()
    return found


def likely_kind(extract: Extract) -> str:
    """The kind that is chosen to begin with."""
    return extract.kind or DEVELOP

"""Looking something up in the trail: what is asked for, the lines that match, and how they read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.utils import timezone

from core.forms import ServiceForm
from core.models import TrailEntry
from core.querysets import TrailQuerySet
from core.tracing import KEPT_FROM, TRACED, UNSHOWN, found_cases
from people.models import PostHolding, User
from people.trail_words import KINDS, page_words, subject_words, verb_words

LONDON = ZoneInfo("Europe/London")
PAGE, CHUNK = 50, 1_000
MOST_PEOPLE = 200
PERSON = "people.user"


INPUT, SELECT = {"class": "govuk-input", "autocomplete": "off"}, {"class": "govuk-select"}


def day_field(label: str) -> forms.DateField:
    """A day that may be left open."""
    widget = forms.DateInput({"type": "date", **INPUT}, "%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def text_field(label: str, most: int) -> forms.CharField:
    """Words that may be left open."""
    widget = forms.TextInput(attrs=INPUT)
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class TrailForm(ServiceForm):
    """What to look for; everything may be left open."""

    case = text_field("Case number or audit reference", 40)
    person = text_field("Person (all or part of a name)", 120)
    kind = forms.ChoiceField(
        label="What was done",
        required=False,
        choices=[("", "Anything"), *((code, words) for code, (words, _) in KINDS.items())],
        widget=forms.Select(attrs=SELECT),
    )
    first = day_field("From")
    last = day_field("Until")
    source = text_field("Internet address", 64)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day must not be before the first.")
        return found


@dataclass(frozen=True)
class Wish:
    """What somebody looks for in the trail."""

    person: str = ""
    kind: str = ""
    case: str = ""
    first: date | None = None
    last: date | None = None
    source: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing narrows it."""
        return self == Wish()


@dataclass(frozen=True)
class Found:
    """What a search means and gives: the people and cases that were meant, and their lines, newest first."""

    lines: TrailQuerySet
    people: list[int] | None
    cases: list[int] | None

    def detail(self, wish: Wish) -> dict[str, Any]:
        """The search as codes and numbers, for the line that looking leaves."""
        said = {
            "people": self.people,
            "cases": self.cases,
            "kind": wish.kind,
            "first": wish.first and wish.first.isoformat(),
            "last": wish.last and wish.last.isoformat(),
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Row:
    """One line as it is shown: no text, no name of a child."""

    pk: int
    at: datetime
    who: str
    posts: str
    done: str
    thing: str
    reference: str
    source: str


def search(reader: User, wish: Wish) -> Found:
    """The lines of the reader's council that match, without those that are kept from them."""
    lines = shown_to(reader)
    people = cases = None
    if wish.person:
        named = User.objects.visible_to(reader).filter(name__icontains=wish.person)
        people = list(named.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
        lines = lines.filter(Q(by_id__in=people) | Q(subject_type=PERSON, subject_id__in=people))
    if wish.case:
        cases = sorted(found_cases(reader, wish.case))
        lines = lines.filter(about_cases(cases))
    if wish.kind:
        lines = lines.filter(KINDS[wish.kind][1])
    if wish.source:
        lines = lines.filter(source=wish.source)
    last = wish.last and wish.last + timedelta(days=1)
    lines = lines.between(begin_of(wish.first), begin_of(last)).order_by("-id")
    return Found(lines, people, cases)


def shown_to(reader: User) -> TrailQuerySet:
    """The lines of the reader's council that they may know of."""
    lines: TrailQuerySet = TrailEntry.objects.of_council(reader.council_id)
    lines = lines.exclude(subject_type__in=UNSHOWN)
    for label, kept in KEPT_FROM.items():
        lines = lines.exclude(subject_type=label, subject_id__in=kept(reader))
    return lines


def begin_of(day: date | None) -> datetime | None:
    """When a London day begins."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC) if day else None


def about_cases(cases: list[int]) -> Q:
    """Lines about some cases and everything that hangs on them."""
    found = Q(pk__in=[])
    for label, thing in TRACED.items():
        if cases and thing.of_cases is not None:
            found |= Q(subject_type=label, subject_id__in=list(thing.of_cases(cases)))
    return found


def page_of(lines: TrailQuerySet, before: int | None) -> tuple[list[TrailEntry], bool]:
    """A page of lines, from an id downwards, and whether there are more; no line is counted."""
    rows = list((lines.filter(pk__lt=before) if before else lines)[: PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def in_rows(lines: Sequence[TrailEntry], reader: User) -> list[Row]:
    """Lines as they are shown, with the posts that each person held on the day; the same number of queries always."""
    ids = {one.by_id for one in lines} | {
        one.subject_id for one in lines if one.subject_type == PERSON
    }
    ids.discard(None)
    names = dict(User.objects.visible_to(reader).filter(pk__in=ids).values_list("pk", "name"))
    held = holdings_of(ids)
    known = references(lines, reader) | {(PERSON, pk): name for pk, name in names.items()}
    return [row_of(one, names, held, known) for one in lines]


def holdings_of(ids: Iterable[Any]) -> dict[int, list[PostHolding]]:
    """What posts these people have held."""
    found = defaultdict(list)
    rows = PostHolding.objects.filter(user__in=ids).select_related("post__type", "post__unit")
    for one in rows:
        found[one.user_id].append(one)
    return found


def references(lines: Iterable[TrailEntry], reader: User) -> dict[tuple[str, int], str]:
    """The number by which each thing of the reader's council is known, one query for each kind of thing.

    A line about a page that was guessed may be about a thing of another council: that has no number here.
    """
    ids = defaultdict(set)
    for one in lines:
        if one.subject_id is not None:
            ids[one.subject_type].add(one.subject_id)
    found = {}
    for label, thing in TRACED.items():
        if thing.references is not None and label in ids:
            for pk, words in thing.references(ids[label], reader.council_id).items():
                found[label, pk] = words
    return found


def row_of(
    line: TrailEntry,
    names: dict[int, str],
    held: dict[int, list[PostHolding]],
    known: dict[tuple[str, int], str],
) -> Row:
    """One line as it is shown."""
    day = timezone.localdate(line.at)
    posts = [one for one in held.get(line.by_id or 0, ()) if one.held_on(day)]
    reference = known.get((line.subject_type, line.subject_id or 0), "")
    if not reference and line.subject_id is not None:
        reference = f"no. {line.subject_id}"
    page = line.detail.get("page") if isinstance(line.detail, dict) else None
    done = verb_words(line.verb)
    if (line.verb, line.subject_type) == ("open action", "actions.action"):
        done = "Action began"
    return Row(
        pk=line.pk,
        at=line.at,
        who=who_of(line, names),
        posts="; ".join(f"{one.post.type.title}, {one.post.unit.name}" for one in posts),
        done=f"{done}: {page_words(str(page)).lower()}" if page else done,
        thing=subject_words(line.subject_type),
        reference=reference,
        source=line.source,
    )


def who_of(line: TrailEntry, names: dict[int, str]) -> str:
    """The person, or why it was done when nobody did it."""
    if line.by_id is None:
        return f"The service ({line.cause})"
    return names.get(line.by_id, f"Person no. {line.by_id}")


def all_rows(lines: TrailQuerySet, reader: User) -> Iterator[Row]:
    """Every row of a search, a thousand at a time, so that memory stays flat however many there are."""
    before: int | None = None
    while True:
        chunk = list((lines.filter(pk__lt=before) if before else lines)[:CHUNK])
        yield from in_rows(chunk, reader)
        if len(chunk) < CHUNK:
            return
        before = chunk[-1].pk

"""Audits in time and out of it: what came back when, what was changed and by whom, and who can audit (G-21; reports §13)."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from audits.states import WORKING, AuditState
from people.models import PostHolding
from people.organisation import service_of
from programme.models import Away, DateChange
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import percent, share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.figures.delivery import paths_of, under
from reporting.selectors.scope import Scope
from reporting.selectors.whose import sees_all
from reporting.wording import plural, those


def timeliness(scope: Scope) -> Figure:
    """How many audits came back by their deadline, by service; two queries."""
    services = scope.services
    week = timedelta(days=7)
    returned = Q(state=AuditState.RETURNED, returned_at__lte=scope.at)
    rows = (
        scope.audits()
        .filter(month__range=(scope.first_on, scope.last_on))
        .filter(returned | Q(state__in=WORKING, deadline_on__lt=scope.on))
        .annotate(returned_on=TruncDate("returned_at"))
        .order_by()
        .values_list("unit__path")
        .annotate(
            in_time=Count("pk", filter=returned & Q(returned_on__lte=F("deadline_on"))),
            week=Count(
                "pk",
                filter=returned
                & Q(returned_on__gt=F("deadline_on"), returned_on__lte=F("deadline_on") + week),
            ),
            later=Count("pk", filter=returned & Q(returned_on__gt=F("deadline_on") + week)),
            open=Count("pk", filter=Q(state__in=WORKING)),
        )
    )
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for path, *numbers in rows:
        there = sums[service_of(path, services)]
        sums[service_of(path, services)] = [a + b for a, b in zip(there, numbers, strict=True)]
    whole = [sum(one[at] for one in sums.values()) for at in range(4)]
    names = {key: services[key].name if key in services else "In no service" for key in sums}

    def line(label: str, one: list[int], key: int = 0, *, total: bool = False) -> Row:
        cells = (
            share(one[0], sum(one), minimum=scope.minimum),
            *(Cell(n=number) for number in one[1:]),
        )
        return Row(label, cells, total=total, code=str(key or ""))

    cell = share(whole[0], sum(whole), minimum=scope.minimum)
    words = f"{whole[0]} of {sum(whole)}"
    return Figure(
        code="timeliness",
        title="Returned in time",
        about="Audits of these months that were returned, or whose deadline has passed. The deadline is the one in force: "
        "more time that was granted counts.",
        rows_are="Service",
        columns=(
            Column("in_time", "By the deadline", "share"),
            Column("week", "Up to a week late"),
            Column("later", "Later than that"),
            Column("open", "Not returned yet"),
        ),
        rows=(
            *(line(names[key], sums[key], key) for key in sorted(sums, key=lambda key: names[key])),
            line("All services", whole, total=True),
        )
        if sums
        else (),
        says=(
            f"{words} {f'({percent(cell.share)}) ' if cell.share is not None else ''}came back by the deadline; "
            f"{whole[3]} {those(whole[3], 'is', 'are')} still not returned.",
        )
        if sums
        else ("No audit of these months was due yet.",),
        question="much",
        values={"in_time": Value("Returned by the deadline", words)},
    )


def date_changes(scope: Scope) -> Figure:
    """What was asked for and decided about dates and auditors in these months; who decided stands by their posts."""
    found = DateChange.objects.filter(audit__council=scope.council)
    if scope.reader is not None:
        found = DateChange.objects.visible_to(scope.reader, scope.on)
    if scope.service is not None:
        found = found.filter(audit__unit__path__startswith=scope.service.path)
    found = found.filter(
        asked_at__date__range=(scope.first_on, scope.last_on), asked_at__lte=scope.at
    )
    states = DateChange.State
    number: Counter[tuple[str, str]] = Counter()
    deciders: dict[str, Counter[int]] = defaultdict(Counter)
    rows_of = found.order_by().values_list("kind", "state", "decided_by").annotate(n=Count("pk"))
    for kind, state, decided_by, n in rows_of:
        number[kind, state] += n
        if state == states.GRANTED and decided_by:
            deciders[kind][decided_by] += n
    posts = posts_of(scope, {pk for one in deciders.values() for pk in one})
    rows = []
    for kind in DateChange.Kind:
        some = [
            number[kind.value, state.value]
            for state in (states.GRANTED, states.REFUSED, states.ASKED)
        ]
        if any(some):
            numbers = (sum(some), *some)
            rows.append(Row(kind.label, tuple(Cell(n=n) for n in numbers), code=kind.value))
            by_post: Counter[str] = Counter()
            for pk, n in deciders[kind.value].items():
                by_post[posts.get(pk, "No post any more")] += n
            rows += [
                Row(f"{kind.label}, granted by: {title}", (Cell(), Cell(n=n), Cell(), Cell()))
                for title, n in sorted(by_post.items())
            ]
    granted = {kind: number[kind.value, states.GRANTED] for kind in DateChange.Kind}
    kinds = DateChange.Kind
    return Figure(
        code="date-changes",
        title="More time, left out, another auditor",
        about="Asked for in these months. Below each, the posts that those who granted it hold on the day of reading.",
        rows_are="What",
        columns=(
            Column("asked", "Asked for"),
            Column("granted", "Granted"),
            Column("refused", "Refused"),
            Column("waiting", "Not decided"),
        ),
        rows=tuple(rows),
        says=(
            f"More time was granted {plural(granted[kinds.EXTENSION], 'time')}, and "
            f"{plural(granted[kinds.EXCLUSION], 'audit')} {those(granted[kinds.EXCLUSION], 'was', 'were')} left out.",
        )
        if rows
        else ("Nothing was asked for.",),
        question="much",
        values={
            "extended": Value("More time granted", str(granted[kinds.EXTENSION])),
            "excluded": Value("Audits left out", str(granted[kinds.EXCLUSION])),
        },
    )


def posts_of(scope: Scope, people: set[int]) -> dict[int, str]:
    """The kind of post that each of some people holds, by its title; one query."""
    held = PostHolding.objects.current(scope.on).filter(
        user__in=people, post__council=scope.council
    )
    return dict(held.order_by("-cover", "-pk").values_list("user_id", "post__type__title"))


def auditor_capacity(scope: Scope) -> Figure:
    """Who can audit on the day of reading, by kind of post: how many, away now, with how much in hand; four queries."""
    wanted = scope.edition.policy.allocation.auditors
    paths = paths_of(scope)
    held = (
        PostHolding.objects.current(scope.on)
        .filter(
            under(paths, "post__unit__path"),
            post__council=scope.council,
            user__is_active=True,
            post__type__roles__overlap=[str(one) for one in wanted],
        )
        .order_by("-cover", "pk")
        .values_list("user_id", "post__type__title")
    )
    kind_of = dict(held)
    away_rows = Away.objects.filter(user__council=scope.council)
    if scope.reader is not None and not sees_all(scope.reader):
        away_rows = Away.objects.visible_to(scope.reader, scope.on)
    away = set(away_rows.touching(scope.on, scope.on).values_list("user_id", flat=True))
    busy = dict(
        scope.council.audits.filter(state__in=WORKING, auditor__in=kind_of)
        .order_by()
        .values_list("auditor_id")
        .annotate(n=Count("pk"))
    )
    by_kind: dict[str, list[int]] = defaultdict(list)
    for pk, title in kind_of.items():
        by_kind[title].append(pk)

    def line(label: str, people: list[int], *, total: bool = False) -> Row:
        gone = sum(pk in away for pk in people)
        numbers = (len(people), gone, sum(pk not in busy and pk not in away for pk in people))
        cells = (*(Cell(n=n) for n in numbers), Cell(n=sum(busy.get(pk, 0) for pk in people)))
        return Row(label, cells, total=total)

    everybody = list(kind_of)
    gone = sum(pk in away for pk in everybody)
    here = len(everybody) - gone
    in_hand = sum(n for pk, n in busy.items() if pk not in away)
    with_away = sum(busy.values()) - in_hand
    return Figure(
        code="auditor-capacity",
        title="Who can audit",
        about="People in a post that may be given audits on the day of reading. In hand: audits that they have not returned.",
        rows_are="Post",
        columns=(
            Column("auditors", "Auditors"),
            Column("away", "Away today"),
            Column("free", "With no audit in hand"),
            Column("hand", "Audits in hand"),
        ),
        rows=(
            *(line(title, by_kind[title]) for title in sorted(by_kind)),
            line("All posts", everybody, total=True),
        )
        if everybody
        else (),
        says=(
            f"{here} of {plural(len(everybody), 'auditor')} {those(here, 'is', 'are')} here, with {plural(in_hand, 'audit')} in hand"
            + (f"; those away have {with_away} more." if with_away else "."),
        )
        if everybody
        else ("Nobody holds a post that may be given audits.",),
        notes=("Accreditation of auditors is not recorded here.",),
        question="much",
        values={
            "auditors": Value("Auditors", str(len(everybody))),
            "away": Value("Auditors away today", str(gone)),
            "hand": Value("Audits in hand", str(sum(busy.values()))),
        },
    )


# Who granted what is for management: single decisions could be told apart.
register(
    Measure("timeliness", "Returned in time", "delivery", timeliness),
    Measure(
        "date-changes", "More time, left out, another auditor", "delivery", date_changes, wide=False
    ),
    Measure("auditor-capacity", "Who can audit", "delivery", auditor_capacity),
)

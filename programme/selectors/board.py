"""The programme's board: what each kind of post and each post owes in a quarter, and how it stands (SC-11)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count as CountRows
from django.db.models import Q

from audits.models import Audit
from audits.states import AuditState
from people.models import Post, PostHolding
from programme.counts import Count, counted, total
from programme.models import ProgrammeYear, Theme
from programme.requirements import Programme, Target, quarter_days, quarter_of
from programme.selectors.sheet import QUARTERS, Sheet
from programme.standing import Standing
from programme.states import SlotState
from standards.deadlines import months_after


@dataclass(frozen=True)
class TypeRow:
    """One kind of post: how many posts, and all their slots of the quarter together."""

    code: str
    title: str
    posts: int
    count: Count


@dataclass(frozen=True)
class TargetRow:
    """One activity with a target for the service: beside it the sum of the posts, and what is done (J-35)."""

    title: str
    target: Target
    required: int
    done: int
    done_in_year: int


@dataclass(frozen=True)
class AuditCount:
    """The audits that count for a quarter; flash audits stand apart (E-30)."""

    allotted: int
    returned: int
    left_out: int
    practice_week: int
    flash: int
    flash_returned: int


@dataclass(frozen=True)
class QuarterRow:
    """One quarter of the year's overview."""

    number: int
    first_on: date
    last_on: date
    count: Count


@dataclass(frozen=True)
class Board:
    """One quarter of one council's programme, as a person may see it on a day."""

    year: ProgrammeYear
    quarter: int
    first_on: date
    last_on: date
    rules: Programme
    types: list[TypeRow]
    total: Count
    targets: list[TargetRow]
    audits: AuditCount
    themes: list[Theme]
    counted: bool


@dataclass(frozen=True)
class PostRow:
    """One post of the kind that is looked at, with a cell for each activity."""

    post: Post
    holders: str
    cells: list[Count]
    total: Count


def year_rows(found: Sheet) -> list[QuarterRow]:
    """The four quarters of a year, all posts together."""
    rows = []
    for number in QUARTERS:
        first, last = quarter_days(found.year.first_on, number)
        required = sum(found.owed_by(kind, number) * n for kind, n in found.posts.items())
        rows.append(QuarterRow(number, first, last, counted(found.quarter(number), required)))
    return rows


def board(found: Sheet, quarter: int) -> Board:
    """One quarter: kinds of post, targets, audits and themes."""
    first, last = quarter_days(found.year.first_on, quarter)
    slots: dict[str, list[Standing]] = defaultdict(list)
    for one in found.quarter(quarter):
        slots[found.type_of[one.post_id]].append(one)
    types = [
        TypeRow(
            kind.code,
            kind.title,
            found.posts[kind.code],
            counted(slots[kind.code], found.owed_by(kind.code, quarter) * found.posts[kind.code]),
        )
        for kind in found.kinds()
    ]
    return Board(
        year=found.year,
        quarter=quarter,
        first_on=first,
        last_on=last,
        rules=found.rules,
        types=types,
        total=total(row.count for row in types),
        targets=target_rows(found, quarter),
        audits=audit_count(found.year.council_id, first, last),
        themes=themes_of(found.year.council_id, first),
        counted=bool(found.required),
    )


def target_rows(found: Sheet, quarter: int) -> list[TargetRow]:
    """Each target of the service with the sum of its posts and what is done."""
    done: Counter[tuple[str, int]] = Counter(
        (one.activity, quarter_of(one.first_on, found.year.first_on))
        for one in found.slots
        if one.state == SlotState.DONE
    )
    done += beyond(found)
    return [
        TargetRow(
            title=found.title(target.activity),
            target=target,
            required=sum(
                found.owed_by(kind, quarter, target.activity) * n for kind, n in found.posts.items()
            ),
            done=done[target.activity, quarter],
            done_in_year=sum(done[target.activity, number] for number in QUARTERS),
        )
        for target in found.rules.targets
    ]


def beyond(found: Sheet) -> Counter[tuple[str, int]]:
    """Audits of the programme returned without a slot, as the activity of their form and their auditor's post."""
    first = found.year.first_on
    audits = list(
        Audit.objects.filter(
            council=found.year.council_id,
            state=AuditState.RETURNED,
            slot=None,
            flash_source="",
            month__gte=first,
            month__lt=months_after(first, 12),
        ).values_list("auditor_id", "tool__code", "month")
    )
    held: dict[int, set[str]] = defaultdict(set)
    for user_id, post_id in (
        PostHolding.objects.current(found.on)
        .filter(user__in={auditor for auditor, _, _ in audits})
        .values_list("user_id", "post_id")
    ):
        held[user_id].add(found.type_of.get(post_id, ""))
    return Counter(
        (activity_for(found.rules, tool, held[auditor]), quarter_of(month, first))
        for auditor, tool, month in audits
    )


def activity_for(rules: Programme, tool: str, kinds: set[str]) -> str:
    """The activity that an audit of a form counts as, when somebody of these kinds of post makes it."""
    using = [one for one in rules.activities.values() if one.tool == tool]
    own = [one for one in using if kinds & set(one.who)]
    return next((one.code for one in own + using), "")


def audit_count(council_id: int, first: date, last: date) -> AuditCount:
    """The audits whose month lies in some days; one query."""
    programme, flash = Q(flash_source=""), ~Q(flash_source="")
    returned, out = Q(state=AuditState.RETURNED), Q(state=AuditState.EXCLUDED)
    found = Audit.objects.filter(council=council_id, month__gte=first, month__lte=last).aggregate(
        allotted=CountRows("pk", filter=programme),
        returned=CountRows("pk", filter=programme & returned),
        left_out=CountRows("pk", filter=programme & out),
        practice_week=CountRows("pk", filter=Q(practice_week=True)),
        flash=CountRows("pk", filter=flash),
        flash_returned=CountRows("pk", filter=flash & returned),
    )
    return AuditCount(**found)


def themes_of(council_id: int, first: date) -> list[Theme]:
    """The themes done or looked at again in the quarter that begins on a day."""
    return list(
        Theme.objects.filter(Q(quarter_on=first) | Q(revisit_on=first), year__council=council_id)
        .select_related("lead")
        .order_by("quarter_on", "title")
    )


def columns(found: Sheet, quarter: int, kind: str) -> list[str]:
    """The activities that one kind of post owes or was given in a quarter, as the framework orders them."""
    there = {
        one.activity for one in found.quarter(quarter) if found.type_of[one.post_id] == kind
    } | {
        code
        for (post, code, number), n in found.required.items()
        if post == kind and number == quarter and n
    }
    order = list(found.rules.activities)
    return sorted(there, key=lambda code: order.index(code) if code in order else len(order))


def post_rows(
    found: Sheet, quarter: int, activities: list[str], posts: Iterable[Post]
) -> list[PostRow]:
    """Some posts, each with its cells; two queries."""
    posts = list(posts)
    names = holders([post.pk for post in posts], found.on)
    slots: dict[tuple[int, str], list[Standing]] = defaultdict(list)
    for one in found.quarter(quarter):
        slots[one.post_id, one.activity].append(one)
    rows = []
    for post in posts:
        cells = [
            counted(slots[post.pk, code], found.owed_by(post.type.code, quarter, code))
            for code in activities
        ]
        rows.append(PostRow(post, names.get(post.pk, "Vacant"), cells, total(cells)))
    return rows


def holders(post_ids: list[int], on: date) -> dict[int, str]:
    """Who holds each post on a day, by name; a deputy is marked."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = PostHolding.objects.current(on).filter(post__in=post_ids, user__is_active=True)
    for row in rows.select_related("user").order_by("cover", "user__name"):
        found[row.post_id].append(f"{row.user.name} (cover)" if row.cover else row.user.name)
    return {post_id: ", ".join(dict.fromkeys(names)) for post_id, names in found.items()}

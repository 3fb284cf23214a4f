"""One post's year: what it owes, every slot, what is still to be planned; and a person's own posts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Q

from core.among import Among
from core.prepared import DAY, LOWEST, USER, Prepared
from people.in_general import AboutPerson
from people.models import OrgUnit, Post, PostHolding, PostType, User
from people.selectors import managed_paths
from programme.counts import Count, counted, total
from programme.models import ProgrammeYear, Slot
from programme.requirements import Activity, quarter_of
from programme.selectors.sheet import QUARTERS, Sheet, rows_of
from programme.standing import Standing
from programme.states import SlotState
from standards.deadlines import months_after


@dataclass(frozen=True)
class SlotLine:
    """One slot on the page of its post."""

    slot: Slot
    title: str
    state: SlotState
    why: str


@dataclass(frozen=True)
class Coming:
    """What is owed and has no slot yet."""

    title: str
    first_on: date
    last_on: date
    number: int


@dataclass(frozen=True)
class ActivityRow:
    """One activity of a post with its four quarters."""

    title: str
    quarters: list[Count]
    total: Count


@dataclass(frozen=True)
class PostPage:
    """One post's whole year."""

    rows: list[ActivityRow]
    sums: list[Count]
    total: Count
    lines: list[SlotLine]
    coming: list[Coming]


def posts_seen(user: User, on: date) -> list[int] | None:
    """The posts whose year a person may see: their own and those of the teams they manage; None for all."""
    if user.has_perm("programme.see_board"):
        return None
    mine = Q(holdings__in=user.holdings.current(on))
    for path in managed_paths(user, on):
        mine |= Q(unit__path__startswith=path)
    return list(Post.objects.visible_to(user).filter(mine).values_list("pk", flat=True).distinct())


def post_page(found: Sheet, post: Post) -> PostPage:
    """One post's year: activities by quarter, every slot, and what is still to be planned."""
    slots = Slot.objects.filter(year=found.year, post=post).select_related("audit")
    by_id = {slot.pk: slot for slot in slots}
    mine = [one for one in found.slots if one.post_id == post.pk]
    codes = list(
        dict.fromkeys(
            code for number in QUARTERS for code in columns_of_post(found, number, post, mine)
        )
    )
    rows = [activity_row(found, code, post, mine) for code in codes]
    sums = [total(row.quarters[n] for row in rows) for n in range(4)]
    return PostPage(
        rows=rows,
        sums=sums,
        total=total(sums),
        lines=[
            SlotLine(by_id[one.slot_id], found.title(one.activity), one.state, one.why)
            for one in sorted(
                mine, key=lambda one: (one.first_on, codes.index(one.activity), one.number)
            )
        ],
        coming=coming(found, post, mine),
    )


def columns_of_post(found: Sheet, quarter: int, post: Post, mine: list[Standing]) -> list[str]:
    """The activities that one post owes or was given in a quarter."""
    there = {
        one.activity for one in mine if quarter_of(one.first_on, found.year.first_on) == quarter
    }
    owed = {
        code
        for (kind, code, number), n in found.required.items()
        if kind == post.type.code and number == quarter and n
    }
    return [code for code in found.rules.activities if code in there | owed] + sorted(
        there - set(found.rules.activities)
    )


def activity_row(found: Sheet, code: str, post: Post, mine: list[Standing]) -> ActivityRow:
    """One activity of one post in the four quarters."""
    quarters = [
        counted(
            (
                one
                for one in mine
                if one.activity == code and quarter_of(one.first_on, found.year.first_on) == number
            ),
            found.owed_by(post.type.code, number, code),
        )
        for number in QUARTERS
    ]
    return ActivityRow(found.title(code), quarters, total(quarters))


def coming(found: Sheet, post: Post, mine: list[Standing]) -> list[Coming]:
    """What the post owes and has no slot for yet."""
    made = Counter((one.activity, one.first_on) for one in mine)
    return [
        Coming(found.title(owed.activity), owed.first_on, owed.last_on, lacking)
        for _, _, owed in sorted(found.book.owed(), key=lambda row: row[2].first_on)
        if owed.post == post.type.code
        and (lacking := owed.number - made[owed.activity, owed.first_on]) > 0
    ]


@dataclass(frozen=True)
class OwnRow:
    """One post that a person holds, in the quarter that runs."""

    post: Post
    year: ProgrammeYear
    quarter: int
    count: Count


def own_rows(user: User, on: date) -> list[OwnRow]:
    """What a person's own posts owe in the quarter that runs; nothing where no year is open or nothing is owed."""
    year = year_on(user, on)
    if year is None:
        return []
    posts = own_posts(user, on)
    theirs = SLOTS_OF.rows({POSTS[0]: [post.pk for post in posts], YEAR_ID: year.pk})
    found = Sheet(year, theirs, on)
    quarter = quarter_of(on, year.first_on)
    slots = found.quarter(quarter)
    rows = [
        OwnRow(
            post,
            year,
            quarter,
            counted(
                (one for one in slots if one.post_id == post.pk),
                found.owed_by(post.type.code, quarter),
            ),
        )
        for post in posts
    ]
    return [row for row in rows if not row.count.none]


# What stands in the questions below for the day a year before, for the ids of posts, and for that of a year.
BEFORE, POSTS, YEAR_ID = date(1, 1, 21), [LOWEST - 31], LOWEST - 32
OF_YEAR = [field.attname for field in ProgrammeYear._meta.concrete_fields]
OF_POST = [field.attname for field in Post._meta.concrete_fields]
OF_UNIT = [field.attname for field in OrgUnit._meta.concrete_fields]
OF_TYPE = [field.attname for field in PostType._meta.concrete_fields]
YEAR = AboutPerson(
    lambda user: (
        ProgrammeYear.objects.visible_to(user, DAY)
        .filter(first_on__lte=DAY, first_on__gt=BEFORE)
        .values_list(*OF_YEAR)[:1]
    )
)
OWN_POSTS = Prepared(
    lambda: (
        Post.objects.filter(holdings__in=PostHolding.objects.filter(user=USER).current(DAY))
        .distinct()
        .values_list(
            *OF_POST,
            *(f"unit__{name}" for name in OF_UNIT),
            *(f"type__{name}" for name in OF_TYPE),
        )
    )
)
SLOTS_OF = Prepared(lambda: rows_of(Slot.objects.filter(Among("post_id", POSTS), year=YEAR_ID)))


def own_posts(user: User, on: date) -> list[Post]:
    """The posts that a person holds on a day, by code, with their units and kinds; one query."""
    found = []
    for row in OWN_POSTS.rows({USER: user.pk, DAY: on}):
        columns = iter(row)
        post = Post.from_db("default", OF_POST, list(islice(columns, len(OF_POST))))
        post.unit = OrgUnit.from_db("default", OF_UNIT, list(islice(columns, len(OF_UNIT))))
        post.type = PostType.from_db("default", OF_TYPE, list(columns))
        found.append(post)
    return found


def year_on(user: User, on: date) -> ProgrammeYear | None:
    """The open year of the person's council that a day lies in."""
    rows = YEAR.rows(user, on, {BEFORE: months_after(on, -12)})
    return ProgrammeYear.from_db("default", OF_YEAR, rows[0]) if rows else None


def undecided_for(found: Sheet, post: Post) -> list[Activity]:
    """The activities that the QA team may plan for a post: those without a number that name its kind or nobody."""
    return [one for one in found.rules.undecided() if not one.who or post.type.code in one.who]

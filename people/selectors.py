"""Who holds what on a day, who is above whom, and who is meant by a recipient's name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.prepared import COUNCIL, DAY, Prepared
from people.handing_over import KINDS, Kind
from people.independence import mixes
from people.line_managers import nearest_above
from people.models import AccessReview, Council, OrgUnit, Post, PostHolding, User
from people.organisation import Line, Seat
from people.roles import MANAGERS, QA_TEAM, WORDS, Role

# How long before somebody's last day their work can be handed over by whoever keeps the posts.
LEAVING = timedelta(days=92)


def held_seats() -> "QuerySet[PostHolding, tuple[int, int]]":
    """Which posts of a council who holds on a day; who covers for somebody comes last."""
    holdings = PostHolding.objects.current(DAY).filter(post__council=COUNCIL, user__is_active=True)
    return holdings.order_by("cover", "pk").values_list("post_id", "user_id")


HELD_SEATS = Prepared(held_seats)
SEATS = Prepared(
    lambda: (
        Post.objects.filter(council=COUNCIL)
        .order_by("code")
        .values_list("pk", "unit_id", "reports_to_id", "type__roles", "type__code", "type__title")
    )
)


def line(council_id: int, on: date) -> Line:
    """The council's line of management on the day; two queries whatever its size."""
    held: dict[int, dict[int, None]] = defaultdict(dict)
    for post_id, user_id in HELD_SEATS.rows({COUNCIL: council_id, DAY: on}):
        held[post_id][user_id] = None
    return Line(
        {
            pk: Seat(pk, unit_id, frozenset(roles), above, tuple(held.get(pk, ())), kind, title)
            for pk, unit_id, above, roles, kind, title in SEATS.rows({COUNCIL: council_id})
        }
    )


def services_of(council_id: int) -> dict[int, OrgUnit]:
    """The council's services by their ids."""
    return {u.pk: u for u in OrgUnit.objects.filter(council=council_id, kind=OrgUnit.Kind.SERVICE)}


@dataclass(frozen=True, slots=True)
class Held:
    """One post that somebody holds on a day: its id and kind, its engine roles and the path of its unit.

    `leads`: other posts report to it.
    """

    post_id: int
    kind: str
    roles: frozenset[str]
    path: str
    leads: bool


def person_behind(user: User) -> User:
    """The person themselves: a request's user is a lazy stand-in, and what is known is kept with the person."""
    found: User = user.__dict__.get("_wrapped", user)
    return found


def keep_held(user: User, on: date, held: list[Held]) -> None:
    """Keep with somebody which posts they hold on a day, where these have been read with the person."""
    user.__dict__.setdefault("_held_on", {})[on] = held
    posts: dict[date, list[tuple[frozenset[str], str]]] = user.__dict__.setdefault("_posts_on", {})
    posts.setdefault(on, [(one.roles, one.path) for one in held])


def leading() -> Exists:
    """Of a holding: whether other posts report to its post."""
    return Exists(Post.objects.filter(reports_to=OuterRef("post")))


def held_of(user: User, on: date) -> list[Held]:
    """The posts that somebody holds on a day; asked once for each request's user."""
    pk, council_id = user.pk, user.council_id
    person = person_behind(user)
    cache: dict[date, list[Held]] = person.__dict__.setdefault("_held_on", {})
    if on not in cache:
        rows = PostHolding.objects.current(on).filter(user_id=pk, post__council_id=council_id)
        told = rows.annotate(leads=leading()).values_list(
            "post_id", "post__type__code", "post__type__roles", "post__unit__path", "leads"
        )
        keep_held(person, on, [Held(pk, kind, frozenset(r), *more) for pk, kind, r, *more in told])
    return cache[on]


def posts_of(user: User, on: date) -> list[tuple[frozenset[str], str]]:
    """The roles and the unit path of each post held on the day; asked once for each request's user."""
    pk = user.pk
    cache: dict[date, list[tuple[frozenset[str], str]]] | None
    cache = person_behind(user).__dict__.get("_posts_on")
    if cache is None or on not in cache:
        return [(one.roles, one.path) for one in held_of(user, on)] if pk else []
    return cache[on]


def roles_of(user: User, on: date) -> frozenset[str]:
    """The engine roles of the posts held on the day. Nobody who has left has any (H-8)."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset().union(*(roles for roles, _ in posts_of(user, on)))


def holds(user: User, *roles: str, on: date) -> bool:
    """Whether the person holds a post with any of these roles on the day."""
    return not roles_of(user, on).isdisjoint(roles)


def managed_paths(user: User, on: date) -> list[str]:
    """The paths of the units whose managing posts the person holds; everything below them is theirs to see."""
    if not user.is_authenticated or not user.is_active:
        return []
    return sorted({path for roles, path in posts_of(user, on) if roles & MANAGERS})


def line_of(user: User, on: date) -> Line:
    """The line of management of the person's council on the day; read once for each request's user."""
    cache: dict[date, Line] = user.__dict__.setdefault("_line_on", {})
    if on not in cache:
        council_id = getattr(user, "council_id", None)
        cache[on] = line(council_id, on) if council_id else Line()
    return cache[on]


def below(user: User, on: date) -> frozenset[int]:
    """Everybody below the person in the line of management on the day; asked once for each request's user.

    The line is read only for who holds a post to which others report.
    """
    if not user.is_authenticated or not user.is_active or user.council_id is None:
        return frozenset()
    cache: dict[date, frozenset[int]] = user.__dict__.setdefault("_below_on", {})
    if on not in cache:
        leads = any(one.leads for one in held_of(user, on))
        cache[on] = line_of(user, on).below(user.pk) if leads else frozenset()
    return cache[on]


def named(user: User, on: date) -> frozenset[str]:
    """The recipients of the whole council that mean this person on the day: `council.qa_head`, `council.post.IRO`."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(
        name
        for one in held_of(user, on)
        for name in (f"council.post.{one.kind}", *(f"council.{role}" for role in one.roles))
    )


def held_posts(user: User, on: date) -> frozenset[int]:
    """The ids of the posts held on the day; asked once for each request's user. Nobody who has left has any (H-8)."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(one.post_id for one in held_of(user, on))


def leaves(person: User, on: date) -> bool:
    """Whether somebody has left, or leaves: no post of their own lasts beyond three months from now.

    Cover for somebody else makes nobody stay or leave, and whoever goes on in another post has only moved.
    """
    if not person.is_active:
        return True
    held = PostHolding.objects.filter(user=person)
    if not held.going_on(on).exists():
        return held.exists()
    own = held.filter(cover=False)
    return own.exists() and not own.going_on(on + LEAVING + timedelta(days=1)).exists()


def without_holder(recipients: Iterable[str], council_id: int, on: date) -> list[str]:
    """Those of these recipients for whom nobody in the council holds a post on the day (C4-e)."""
    tree = line(council_id, on)
    held = [seat for seat in tree.seats.values() if seat.holders]
    roles = {role for seat in held for role in seat.roles}
    kinds = {f"post.{seat.kind}" for seat in held}
    return [
        name
        for name in dict.fromkeys(recipients)
        if "." in name and name.partition(".")[2] not in roles | kinds
    ]


def resolve(
    recipient: str, *, people: Mapping[str, User | None], council: Council, on: date
) -> list[tuple[User, str]]:
    """The people behind one recipient's name on the day, each with the words for their role."""
    return resolve_all([recipient], people=people, council=council, on=on)


def resolve_all(
    recipients: Iterable[str],
    *,
    people: Mapping[str, User | None],
    council: Council,
    on: date,
    tree: Line | None = None,
) -> list[tuple[User, str]]:
    """The people behind recipients' names: `auditor`, `worker.line_manager`, `auditor.post.HOS`, `council.qa_officer`.

    A post with several holders gives several people; a vacant one gives whoever is next up the line.
    A person who has no part in the matter, such as a moderator before there is one, gives nobody.
    `tree` is the council's line of management on the day, where it has been read already.
    """
    recipients = list(recipients)
    if tree is None:
        tree = line(council.pk, on) if any("." in one for one in recipients) else Line()
    found: list[tuple[int, str]] = []
    for recipient in recipients:
        found += ids_of(recipient, people, tree)
    users = User.objects.active().in_bulk([pk for pk, _ in found])
    return [(users[pk], words) for pk, words in found if pk in users]


def acting(found: Sequence[tuple[User, str]], on: date) -> User | None:
    """Who acts of those behind a recipient's name: whoever covers for somebody on the day, else the first (C6-5)."""
    if len(found) < 2:
        return found[0][0] if found else None
    ids = [person.pk for person, _ in found]
    covers = PostHolding.objects.current(on).filter(user__in=ids, cover=True)
    there = set(covers.values_list("user", flat=True))
    return next((person for person, _ in found if person.pk in there), found[0][0])


def ids_of(recipient: str, people: Mapping[str, User | None], tree: Line) -> list[tuple[int, str]]:
    """The ids behind one recipient's name, with the words for the role."""
    person = people.get(recipient.partition(".")[0])
    return ids_named(recipient, person.pk if person else None, tree)


def ids_named(recipient: str, person: int | None, tree: Line) -> list[tuple[int, str]]:
    """The ids behind one recipient's name, with the words for the role; `person` is who its first word means."""
    start, _, role = recipient.partition(".")
    kind = role.removeprefix("post.") if role.startswith("post.") else ""
    if start == "council":
        if kind:
            return [(pk, tree.title(kind)) for pk in tree.holders_of_post(kind)]
        return [(pk, WORDS[Role(role)]) for pk in tree.holders(role)]
    if person is None:
        return []
    if not role:
        return [(person, start.replace("_", " "))]
    if kind:
        return [(pk, f"{start}’s {tree.title(kind)}") for pk in tree.first_post_above(person, kind)]
    return [(pk, f"{start}’s {WORDS[Role(role)]}") for pk in tree.first_above(person, role)]


def unit_choices(council: Council) -> list[OrgUnit]:
    """The council's teams, by name."""
    return list(OrgUnit.objects.filter(council=council, kind=OrgUnit.Kind.TEAM))


def manager_of(person: User, on: date) -> User | None:
    """Somebody's line manager; after they have left, that of their last post."""
    if person.council_id is None:
        return None
    tree = line(person.council_id, on)
    seats = tree.seats_of(person.pk)
    if not seats:
        last = PostHolding.objects.filter(user=person).order_by("-to_on", "-pk").first()
        seats = [tree.seats[last.post_id]] if last and last.post_id in tree.seats else []
    managers = [pk for seat in seats for pk in nearest_above(tree, seat, person.pk)]
    return User.objects.get(pk=managers[0]) if managers else None


@dataclass(frozen=True)
class OpenWork:
    """How much of one kind somebody has open."""

    kind: Kind
    number: int

    @property
    def words(self) -> str:
        """Three actions to do."""
        return self.kind.words(self.number)


def open_work(people: Collection[int], on: date) -> dict[int, list[OpenWork]]:
    """What each of these people has open, by kind; the queries do not grow with the people. Counts, never the things."""
    found: dict[int, list[OpenWork]] = {}
    for kind in KINDS.values():
        for pk, number in kind.find(people, on).items():
            if number:
                found.setdefault(pk, []).append(OpenWork(kind, number))
    return found


def left_work(council_id: int, on: date) -> list[tuple[User, list[OpenWork]]]:
    """Those who have left, or hold no post any more, and still have work open; however their leaving came about."""
    people = User.objects.filter(council=council_id)
    going_on = PostHolding.objects.going_on(on).values("user")
    held = PostHolding.objects.filter(post__council=council_id).values("user")
    gone = people.filter(Q(is_active=False) | ~Q(pk__in=going_on), pk__in=held)
    work = open_work(list(gone.values_list("pk", flat=True)), on)
    return [(one, work[one.pk]) for one in people.filter(pk__in=work).order_by("name", "pk")]


def quarter_of(on: date) -> date:
    """The first day of the calendar quarter."""
    return date(on.year, (on.month - 1) // 3 * 3 + 1, 1)


@dataclass(frozen=True)
class Reviewed:
    """One post that somebody holds, with the decision of this quarter, if there is one."""

    holding: PostHolding
    decision: AccessReview | None
    mixed: bool


def to_review(council_id: int, on: date) -> list[Reviewed]:
    """Every post held today, with what this quarter's review says; undecided first, then by name."""
    rows = PostHolding.objects.current(on).filter(post__council=council_id, user__is_active=True)
    rows = rows.select_related("user", "post__type", "post__unit").order_by("user__name", "pk")
    said = AccessReview.objects.filter(council=council_id, quarter_on=quarter_of(on))
    known = {(one.person_id, one.post_id, one.from_on): one for one in said.select_related("by")}
    mixed = mixed_people(council_id, on)
    found = [
        Reviewed(one, known.get((one.user_id, one.post_id, one.from_on)), one.user_id in mixed)
        for one in rows
    ]
    return sorted(found, key=lambda one: one.decision is not None)


def units_below(council_id: int) -> dict[int, frozenset[int]]:
    """The ids of each unit and all below it."""
    paths = dict(OrgUnit.objects.filter(council=council_id).values_list("pk", "path"))
    found: dict[int, set[int]] = {pk: {pk} for pk in paths}
    for pk, path in paths.items():
        for above in path.strip("/").split("/"):
            if above:
                found.setdefault(int(above), set()).add(pk)
    return {pk: frozenset(below) for pk, below in found.items()}


def mixed_people(council_id: int, on: date) -> frozenset[int]:
    """Who is of the QA team and manages workers of audited services on the day (H-16); three queries."""
    tree = line(council_id, on)
    below = units_below(council_id)
    people = {pk for seat in tree.seats.values() if seat.roles & QA_TEAM for pk in seat.holders}
    return frozenset(
        pk
        for pk in people
        if mixes(
            [seat.post_id for seat in tree.seats_of(pk)],
            tree,
            lambda unit: below.get(unit, frozenset()),
        )
    )


def would_mix(person: User, post: Post, on: date) -> bool:
    """Whether a post, beside those held on the day, would make one person of the QA team and a manager of workers."""
    council_id = post.council_id
    tree, below = line(council_id, on), units_below(council_id)
    held = PostHolding.objects.going_on(on).filter(user=person).values_list("post_id", flat=True)
    posts = [*held, post.pk]
    return mixes(posts, tree, lambda unit: below.get(unit, frozenset()))

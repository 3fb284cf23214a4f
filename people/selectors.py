"""Who holds what on a day, who is above whom, and who is meant by a recipient's name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from people.models import Council, OrgUnit, Post, PostHolding, User
from people.organisation import Line, Seat
from people.roles import MANAGERS, WORDS, Role


def line(council_id: int, on: date) -> Line:
    """The council's line of management on the day; two queries whatever its size."""
    held: dict[int, list[int]] = defaultdict(list)
    holdings = PostHolding.objects.current(on).filter(
        post__council_id=council_id, user__is_active=True
    )
    for post_id, user_id in holdings.order_by("cover", "pk").values_list("post_id", "user_id"):
        held[post_id].append(user_id)
    posts = Post.objects.filter(council_id=council_id).values_list(
        "pk", "unit_id", "reports_to_id", "type__roles", "type__code", "type__title"
    )
    return Line(
        {
            pk: Seat(
                pk,
                unit_id,
                frozenset(roles),
                above,
                tuple(dict.fromkeys(held.get(pk, ()))),
                kind,
                title,
            )
            for pk, unit_id, above, roles, kind, title in posts
        }
    )


def services_of(council_id: int) -> dict[int, OrgUnit]:
    """The council's services by their ids."""
    return {u.pk: u for u in OrgUnit.objects.filter(council=council_id, kind=OrgUnit.Kind.SERVICE)}


def posts_of(user: User, on: date) -> list[tuple[frozenset[str], str]]:
    """The roles and the unit path of each post held on the day; asked once for each request's user.

    A request's user is a lazy stand-in for the person: what is known is kept with the person themselves.
    """
    pk = user.pk
    person = user.__dict__.get("_wrapped", user)
    cache: dict[date, list[tuple[frozenset[str], str]]] = person.__dict__.setdefault(
        "_posts_on", {}
    )
    if on not in cache:
        rows = PostHolding.objects.current(on).filter(user_id=pk, post__council_id=user.council_id)
        cache[on] = [
            (frozenset(roles), path)
            for roles, path in rows.values_list("post__type__roles", "post__unit__path")
        ]
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
    """Everybody below the person in the line of management on the day; asked once for each request's user."""
    if not user.is_authenticated or not user.is_active or user.council_id is None:
        return frozenset()
    cache: dict[date, frozenset[int]] = user.__dict__.setdefault("_below_on", {})
    if on not in cache:
        cache[on] = line_of(user, on).below(user.pk) if posts_of(user, on) else frozenset()
    return cache[on]


def named(user: User, on: date) -> frozenset[str]:
    """The recipients of the whole council that mean this person on the day: `council.qa_head`, `council.post.IRO`."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    cache: dict[date, frozenset[str]] = user.__dict__.setdefault("_named_on", {})
    if on not in cache:
        held = PostHolding.objects.current(on).filter(
            user_id=user.pk, post__council_id=user.council_id
        )
        cache[on] = frozenset(
            name
            for roles, kind in held.values_list("post__type__roles", "post__type__code")
            for name in (f"council.post.{kind}", *(f"council.{role}" for role in roles))
        )
    return cache[on]


def held_posts(user: User, on: date) -> frozenset[int]:
    """The ids of the posts held on the day; asked once for each request's user. Nobody who has left has any (H-8)."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    cache: dict[date, frozenset[int]] = user.__dict__.setdefault("_held_on", {})
    if on not in cache:
        held = PostHolding.objects.current(on).filter(
            user_id=user.pk, post__council_id=user.council_id
        )
        cache[on] = frozenset(held.values_list("post_id", flat=True))
    return cache[on]


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
    recipients: Iterable[str], *, people: Mapping[str, User | None], council: Council, on: date
) -> list[tuple[User, str]]:
    """The people behind recipients' names: `auditor`, `worker.line_manager`, `auditor.post.HOS`, `council.qa_officer`.

    A post with several holders gives several people; a vacant one gives whoever is next up the line.
    A person who has no part in the matter, such as a moderator before there is one, gives nobody.
    """
    recipients = list(recipients)
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
    start, _, role = recipient.partition(".")
    kind = role.removeprefix("post.") if role.startswith("post.") else ""
    if start == "council":
        if kind:
            return [(pk, tree.title(kind)) for pk in tree.holders_of_post(kind)]
        return [(pk, WORDS[Role(role)]) for pk in tree.holders(role)]
    person = people.get(start)
    if person is None:
        return []
    if not role:
        return [(person.pk, start.replace("_", " "))]
    if kind:
        above = tree.first_post_above(person.pk, kind)
        return [(pk, f"{start}’s {tree.title(kind)}") for pk in above]
    return [(pk, f"{start}’s {WORDS[Role(role)]}") for pk in tree.first_above(person.pk, role)]


def unit_choices(council: Council) -> list[OrgUnit]:
    """The council's teams, by name."""
    return list(OrgUnit.objects.filter(council=council, kind=OrgUnit.Kind.TEAM))

"""Who holds what on a day, who is above whom, and who is meant by a recipient's name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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


def posts_of(user: User, on: date) -> list[tuple[frozenset[str], str]]:
    """The roles and the unit path of each post held on the day; asked once for each request's user."""
    cache: dict[date, list[tuple[frozenset[str], str]]] = user.__dict__.setdefault("_posts_on", {})
    if on not in cache:
        rows = PostHolding.objects.current(on).filter(
            user_id=user.pk, post__council_id=user.council_id
        )
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

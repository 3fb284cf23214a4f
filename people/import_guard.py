"""Whose hands a staff file is safe in: nobody changes their own rights by one, and what opens wide rights takes two."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from people.imports import Plan
from people.independence import MIXED, forbidden, mixes
from people.models import Council, OrgUnit, Post, PostHolding, PostType, User
from people.organisation import Line, Seat
from people.wide_rights import wide_of

OWN = (
    "This row changes something about the person who uploads or confirms the file. "
    "Leave it out, and let somebody else make this change."
)
# What each kind of sensitive row does, for one row and for several.
SENSITIVE = {
    "address": (
        "row changes the e-mail address with which somebody signs in",
        "rows change the e-mail address with which somebody signs in",
    ),
    "wide": (
        "row gives a post with wide rights: administrator, QA team or senior leader",
        "rows give posts with wide rights: administrator, QA team or senior leader",
    ),
    "opened": ("row opens a closed account again", "rows open closed accounts again"),
    "below": (
        "row puts a post below the person who uploads or confirms the file",
        "rows put posts below the person who uploads or confirms the file",
    ),
    "moved": (
        "row moves a team or a service to another place",
        "rows move teams or services to another place",
    ),
}


@dataclass
class Known:
    """What the database holds of what the file names, and what those who upload or confirm it hold."""

    people: dict[str, User]
    posts: dict[str, Post]
    holdings: dict[tuple[int, int, date], PostHolding]
    going_on: frozenset[int]
    roles: dict[str, frozenset[str]]
    parents: dict[str, str]
    actors: frozenset[int]
    own_posts: frozenset[str] = field(default_factory=frozenset)


def known(council: Council, plan: Plan, actors: Collection[int], on: date) -> Known:
    """Read it, in as many queries for any file."""
    people = {
        one.staff_number: one
        for one in User.objects.filter(council=council, staff_number__in=plan.people)
    }
    held = PostHolding.objects.filter(user__in=[one.pk for one in people.values()])
    rows = list(held.select_related("post__type"))
    posts = Post.objects.filter(council=council, code__in=plan.posts)
    units = OrgUnit.objects.filter(council=council)
    own = PostHolding.objects.going_on(on).filter(user__in=actors, post__council=council)
    return Known(
        people=people,
        posts={one.code: one for one in posts.select_related("type", "unit", "reports_to")},
        holdings={(one.post_id, one.user_id, one.from_on): one for one in rows},
        going_on=frozenset(held.going_on(on).values_list("user", flat=True)),
        roles={one.code: frozenset(one.roles) for one in PostType.objects.filter(council=council)},
        parents={code: above or "" for code, above in units.values_list("code", "parent__code")},
        actors=frozenset(actors),
        own_posts=frozenset(own.values_list("post__code", flat=True)),
    )


def guard(council: Council, plan: Plan, *, actors: Collection[int] = (), on: date) -> list[str]:
    """Note what may not be imported, and say in plain words what takes a second person; nothing is written.

    `actors` are the ids of who uploads and who confirms. A row that changes their own account, posts or rights
    is a fault, and so is what mixes the QA team with line management where the framework forbids it (H-16).
    """
    there = known(council, plan, actors, on)
    found: dict[str, int] = {}
    for number, row in plan.checked.rows:
        if column := changes_an_actor(row, plan, there):
            plan.checked.fault(number, column, OWN)
        for kind in sensitive(row, plan, there, on):
            found[kind] = found.get(kind, 0) + 1
    if forbidden(council.pk, on):
        refuse_mixing(council, plan, there, on)
    return [f"{found[one]} {SENSITIVE[one][found[one] > 1]}." for one in SENSITIVE if one in found]


def holding_of(row: Mapping[str, Any], there: Known) -> PostHolding | None:
    """The row's holding, where it is known already."""
    user, post = there.people.get(row["Staff number"]), there.posts.get(row["Post code"])
    if user is None or post is None:
        return None
    return there.holdings.get((post.pk, user.pk, row["From"]))


def post_changes(row: Mapping[str, Any], plan: Plan, there: Known) -> bool:
    """Whether the row changes a post that is there already."""
    post = there.posts.get(row["Post code"])
    if post is None:
        return False
    was = (post.type.code, post.unit.code, post.reports_to.code if post.reports_to else "")
    return was != plan.posts[row["Post code"]]


def changes_an_actor(row: Mapping[str, Any], plan: Plan, there: Known) -> str:
    """The column by which a row changes who uploads or confirms the file; empty when it does not."""
    user = there.people.get(row["Staff number"])
    if user is not None and user.pk in there.actors:
        held = holding_of(row, there)
        if (user.name, user.email) != (row["Name"], row["E-mail"]):
            return "Staff number"
        if held is None or (held.to_on, held.cover) != (row["To"], row["Cover"]):
            return "Staff number"
    if row["Post code"] in there.own_posts and post_changes(row, plan, there):
        return "Post code"
    return ""


def sensitive(row: Mapping[str, Any], plan: Plan, there: Known, on: date) -> list[str]:
    """What a row does for which a second person has to confirm."""
    user, post = there.people.get(row["Staff number"]), there.posts.get(row["Post code"])
    found = []
    if user is not None and user.email != row["E-mail"]:
        found.append("address")
    if gives_wide(row, there):
        found.append("wide")
    lasts = row["To"] is None or row["To"] >= on
    if user is not None and not user.is_active and (lasts or user.pk in there.going_on):
        found.append("opened")
    boss = post.reports_to.code if post is not None and post.reports_to else ""
    if row["Reports to"] in there.own_posts and row["Reports to"] != boss:
        found.append("below")
    if any(
        code in there.parents and there.parents[code] != plan.units[code][2]
        for code in (row["Team code"], row["Service code"], row["Directorate code"])
        if code
    ):
        found.append("moved")
    return found


def gives_wide(row: Mapping[str, Any], there: Known) -> bool:
    """Whether a row gives somebody a post with wide rights, makes one last longer, or makes such a post of another."""
    wide = wide_of(there.roles.get(row["Post type"], ()))
    if not wide:
        return False
    post = there.posts.get(row["Post code"])
    if post is not None and wide - wide_of(post.type.roles):
        return True
    if not row["Staff number"]:
        return False
    held = holding_of(row, there)
    if held is None:
        return True
    return held.to_on is not None and (row["To"] is None or row["To"] > held.to_on)


# --- QA stands outside line management (H-16) ---------------------------------------------------

# The last day of each holding, by its person, its post's code and its first day.
Spans = dict[tuple[Hashable, str, date], date | None]


@dataclass
class Shape:
    """The organisation by codes: each post's kind, unit and manager, each unit's parent, and who holds what."""

    posts: dict[str, tuple[str, str, str]]
    parents: dict[str, str]
    held: dict[Hashable, set[str]]


def refuse_mixing(council: Council, plan: Plan, there: Known, on: date) -> None:
    """A fault for each person who would be of the QA team and manage workers, and is not so already."""
    before, after = shape_now(council, there, on), shape_then(council, plan, there, on)
    mixed = mixed_in(after, there.roles) - mixed_in(before, there.roles)
    says = f"{MIXED} Your framework does not allow that."
    for number, row in plan.checked.rows:
        who = key_of(row["Staff number"], there)
        if who in mixed:
            plan.checked.fault(number, "Post code", says)
            mixed = mixed - {who}
    numbers = User.objects.filter(pk__in=[one for one in mixed if isinstance(one, int)])
    for staff in numbers.values_list("staff_number", flat=True):
        plan.checked.fault(0, "Reports to", f"Staff number {staff or 'unknown'}: {says}")


def key_of(staff: str, there: Known) -> Hashable:
    """Who a staff number is: the id of a person who is there, or the number itself."""
    user = there.people.get(staff)
    return staff if user is None else user.pk


def shape_now(council: Council, there: Known, on: date) -> Shape:
    """The organisation as it is."""
    return shape(posts_of(council), there.parents, spans(council), on)


def shape_then(council: Council, plan: Plan, there: Known, on: date) -> Shape:
    """The organisation as the file would make it."""
    parents = {**there.parents, **{code: above for code, (_, _, above) in plan.units.items()}}
    wanted = {
        (key_of(staff, there), post, from_on): to_on
        for (post, staff, from_on), (to_on, _) in plan.holdings.items()
    }
    return shape({**posts_of(council), **plan.posts}, parents, {**spans(council), **wanted}, on)


def posts_of(council: Council) -> dict[str, tuple[str, str, str]]:
    """The kind, the unit and the manager's post of each post, by codes."""
    rows = Post.objects.filter(council=council)
    found = rows.values_list("code", "type__code", "unit__code", "reports_to__code")
    return {code: (kind, unit, boss or "") for code, kind, unit, boss in found}


def spans(council: Council) -> Spans:
    """The last day of each holding, by its person, its post's code and its first day."""
    rows = PostHolding.objects.filter(post__council=council)
    found = rows.values_list("user_id", "post__code", "from_on", "to_on")
    return {(user, post, from_on): to_on for user, post, from_on, to_on in found}


def shape(
    posts: dict[str, tuple[str, str, str]], parents: dict[str, str], held: Spans, on: date
) -> Shape:
    """An organisation with what is held on the day or later."""
    made = Shape(posts, parents, {})
    for (who, post, _), to_on in held.items():
        if to_on is None or to_on >= on:
            made.held.setdefault(who, set()).add(post)
    return made


def mixed_in(shape: Shape, roles: Mapping[str, frozenset[str]]) -> set[Hashable]:
    """Who is of the QA team and manages workers in it."""
    ids = {code: number for number, code in enumerate(shape.posts)}
    units = {code: number for number, code in enumerate(shape.parents)}
    below: dict[int, set[int]] = {}
    for code, number in units.items():
        above, seen = code, set[str]()
        while above and above not in seen:
            seen.add(above)
            below.setdefault(units[above], set()).add(number)
            above = shape.parents.get(above, "")
    tree = Line(
        {
            ids[code]: Seat(ids[code], units[unit], roles.get(kind, frozenset()), ids.get(boss), ())
            for code, (kind, unit, boss) in shape.posts.items()
        }
    )
    mixing = partial(mixes, tree=tree, units=lambda unit: below.get(unit, set()))
    return {who for who, codes in shape.held.items() if mixing([ids[one] for one in codes])}

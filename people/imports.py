"""The staff file: who holds which post in which team, and whom the post reports to. All or nothing."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.notices import Message, tell
from core.sheets import Checked, Column, check_rows
from core.tabular import Row
from core.trail import record, record_many
from people.models import Council, OrgUnit, Post, PostHolding, PostType, User
from people.querysets import on_day
from people.sign_ins import end_everywhere, invite_all
from people.wide_rights import tell_of_wide_posts, wide_of

COLUMNS = (
    Column(
        "Staff number",
        "The person's number in your staff system. Leave it empty for a vacant post.",
        longest=40,
        example="10452",
    ),
    Column(
        "Name", "First name and family name. Needed with a staff number.", example="Amina Okafor"
    ),
    Column(
        "E-mail",
        "Work address; the person signs in with it. Needed with a staff number.",
        "email",
        longest=200,
        example="amina.okafor@example.org",
    ),
    Column(
        "Post code",
        "The post's own number. It stays when people come and go.",
        needed=True,
        longest=40,
        example="P-0117",
    ),
    Column(
        "Post type",
        "The code of the kind of post in your framework, such as TM.",
        needed=True,
        longest=40,
        example="TM",
    ),
    Column(
        "Team code",
        "The team the post sits in. Leave it empty for a post above the teams.",
        longest=40,
        example="FS1",
    ),
    Column("Team", "The team's name.", example="Family support 1"),
    Column("Service code", "The service the team or post belongs to.", longest=40, example="FS"),
    Column("Service", "The service's name.", example="Family support"),
    Column("Directorate code", "The directorate above the service.", longest=40, example="CS"),
    Column("Directorate", "The directorate's name.", example="Children's services"),
    Column(
        "Reports to",
        "The post code of the manager's post. Leave it empty at the top.",
        longest=40,
        example="P-0012",
    ),
    Column(
        "From", "First day in the post. Needed with a staff number.", "date", example="2024-09-01"
    ),
    Column("To", "Last day in the post. Leave it empty while they hold it.", "date", example=""),
    Column("Cover", "Yes for a deputy who covers the post.", "yes_no", example="no"),
)
LEVELS = (
    ("Directorate", OrgUnit.Kind.DIRECTORATE),
    ("Service", OrgUnit.Kind.SERVICE),
    ("Team", OrgUnit.Kind.TEAM),
)
BATCH = 2_000


@dataclass
class Plan:
    """What the file wants the organisation to be, by code."""

    checked: Checked
    units: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    posts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    holdings: dict[tuple[str, str, date], tuple[date | None, bool]] = field(default_factory=dict)

    @property
    def faults(self) -> list[Any]:
        """What has to be put right before anything is written."""
        return self.checked.faults


def read_plan(council: Council, rows: Iterable[Row]) -> Plan:
    """The file as a plan with every fault in it, by row and column. Nothing is written."""
    plan = Plan(check_rows(rows, COLUMNS))
    for number, row in plan.checked.rows:
        read_unit(plan, number, row)
        read_post(plan, number, row)
        read_person(plan, number, row)
    check_against(council, plan)
    return plan


def same(plan: Plan, group: dict[Any, Any], key: Any, value: Any, number: int, column: str) -> None:
    """Keep a value for a code; another value for the same code is a fault."""
    if group.setdefault(key, value) != value:
        plan.checked.fault(
            number,
            column,
            f"“{key}” stands in an earlier row with other details. Make the rows agree.",
        )


def unit_code(row: dict[str, Any]) -> str:
    """The code of the unit that the row's post sits in: the lowest level given."""
    return str(row["Team code"] or row["Service code"] or row["Directorate code"])


def read_unit(plan: Plan, number: int, row: dict[str, Any]) -> None:
    """The row's directorate, service and team."""
    parent = ""
    for name, kind in LEVELS:
        code = row[f"{name} code"]
        if not code:
            continue
        same(
            plan, plan.units, code, (kind.value, row[name] or code, parent), number, f"{name} code"
        )
        parent = code
    if not parent:
        plan.checked.fault(
            number, "Team code", "Enter the code of the team, the service or the directorate."
        )


def read_post(plan: Plan, number: int, row: dict[str, Any]) -> None:
    """The row's post."""
    if row["Post code"]:
        value = (row["Post type"], unit_code(row), row["Reports to"])
        same(plan, plan.posts, row["Post code"], value, number, "Post code")
        if row["Reports to"] == row["Post code"]:
            plan.checked.fault(number, "Reports to", "A post cannot report to itself.")


def read_person(plan: Plan, number: int, row: dict[str, Any]) -> None:
    """The row's person and their holding; a row without a staff number is a vacant post."""
    staff = row["Staff number"]
    if not staff:
        if row["Name"] or row["E-mail"]:
            plan.checked.fault(
                number,
                "Staff number",
                "Enter the staff number, or leave name and e-mail empty for a vacant post.",
            )
        return
    for name in ("Name", "E-mail", "From"):
        if not row[name]:
            plan.checked.fault(number, name, "This must be filled in for a person.")
    same(plan, plan.people, staff, (row["Name"], row["E-mail"]), number, "Staff number")
    if row["To"] and row["From"] and row["To"] < row["From"]:
        plan.checked.fault(number, "To", "The last day is before the first.")
    if row["From"]:
        key = (row["Post code"], staff, row["From"])
        if key in plan.holdings:
            plan.checked.fault(
                number, "Staff number", "This person, post and first day stand in an earlier row."
            )
        plan.holdings[key] = (row["To"], row["Cover"])


def check_against(council: Council, plan: Plan) -> None:
    """The checks that need what is in the database: post types, managers, circles, e-mail addresses."""
    types = set(PostType.objects.filter(council=council).values_list("code", flat=True))
    known = dict(Post.objects.filter(council=council).values_list("code", "reports_to__code"))
    above = {**known, **{code: boss or None for code, (_, _, boss) in plan.posts.items()}}
    owners = email_owners(council, plan)
    first_row: dict[str, int] = {}
    for number, row in plan.checked.rows:
        if row["Post type"] and row["Post type"] not in types:
            plan.checked.fault(
                number,
                "Post type",
                f"“{row['Post type']}” is not a kind of post in your framework.",
            )
        if row["Reports to"] and row["Reports to"] not in above:
            plan.checked.fault(
                number,
                "Reports to",
                f"There is no post “{row['Reports to']}” in this file or before it.",
            )
        if row["Post code"] and row["Post code"] not in first_row:
            first_row[row["Post code"]] = number
        if fault := email_fault(row, owners):
            plan.checked.fault(number, "E-mail", fault)
    for code in circles(above):
        if code in first_row:
            plan.checked.fault(
                first_row[code], "Reports to", "These posts report to each other in a circle."
            )


def email_owners(council: Council, plan: Plan) -> dict[str, str]:
    """Whose each e-mail address is: a staff number of this council, or an empty text for another council's."""
    wanted = {email for _, email in plan.people.values() if email}
    rows = User.objects.filter(email__in=wanted).values_list("email", "staff_number", "council_id")
    owners = {email: staff if of == council.pk else "" for email, staff, of in rows}
    for staff, (_, email) in plan.people.items():
        if email:
            owners.setdefault(email, staff)
    return owners


def email_fault(row: dict[str, Any], owners: dict[str, str]) -> str:
    """Why the row's e-mail address cannot be used; empty when it can."""
    email, staff = row["E-mail"], row["Staff number"]
    if not email or not staff or owners.get(email, staff) == staff:
        return ""
    owner = owners[email]
    return (
        f"This address belongs to staff number {owner}."
        if owner
        else "This address cannot be used here."
    )


def circles(above: dict[str, str | None]) -> list[str]:
    """The posts that, going up, come back to themselves."""
    found, safe = [], set()
    for start in above:
        path: list[str] = []
        code: str | None = start
        while code is not None and code not in safe and code not in path:
            path.append(code)
            code = above.get(code)
        if code in path:
            found += path[path.index(code) :]
        safe.update(path)
    return sorted(set(found))


# --- writing ------------------------------------------------------------------------------------


@dataclass
class Changes:
    """What writing a plan changes: counts, a line of the trail for each person and post, and whom to tell."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[tuple[str, models.Model, dict[str, Any]]] = field(default_factory=list)
    moved: list[tuple[User, str]] = field(default_factory=list)
    wide_given: int = 0
    wide_ended: int = 0


@transaction.atomic
def apply(
    council: Council, plan: Plan, *, by: User | None, at: datetime, on: date, cause: str = ""
) -> dict[str, int]:
    """Write the plan; gives counts of what was new and changed. The same plan again changes nothing.

    Nobody who is not in the file is removed; a last day ends a post, and somebody without
    a post can no longer sign in. New people get no password: they set it by e-mail.
    """
    Council.objects.select_for_update().get(pk=council.pk)
    changes = Changes()
    counts = changes.counts
    units = write_units(council, plan, counts)
    posts = write_posts(council, plan, units, changes)
    people = write_people(council, plan, changes)
    write_holdings(plan, posts, people, changes)
    end_sign_ins(council, [user.pk for user in people.values()], on, changes)
    cause = "" if by else cause or "command"
    record_many(changes.lines, by=by, cause=cause, at=at)
    for user, address in changes.moved:
        end_everywhere(user, by=by, cause=cause, at=at)
        tell_old_address(user, address, at=at)
    for done, number in (("given", changes.wide_given), ("ended", changes.wide_ended)):
        tell_of_wide_posts(council.pk, done=done, number=number, by=by, at=at)
    invite_all(newcomers(people.values()), by=by, at=at)
    record(
        "import staff",
        council,
        by=by,
        cause=cause,
        at=at,
        council_id=council.pk,
        detail=dict(counts),
    )
    return dict(counts)


def tell_old_address(user: User, address: str, *, at: datetime) -> None:
    """Say to the address that somebody signed in with until now that it does so no more."""
    message = Message(
        kind="sign-in.address",
        subject="The address of your account was changed",
        text=f"The e-mail address of your account in QA Framework was changed on {timezone.localdate(at):%-d %B %Y}. "
        "If you did not expect this, ask an administrator or the head of QA of your council at once.",
        urgent=True,
        address=address,
    )
    tell([(user, "you")], message, key=f"sign-in:address:{uuid.uuid4()}", at=at)


def write_units(council: Council, plan: Plan, counts: Counter[str]) -> dict[str, OrgUnit]:
    """The units, level by level, so that each knows its path."""
    there = {unit.code: unit for unit in OrgUnit.objects.filter(council=council)}
    for _, kind in LEVELS:
        for code, (level, name, parent) in plan.units.items():
            if level == kind.value:
                write_unit(council, there, code, (level, name, parent), counts)
    return there


def write_unit(
    council: Council,
    there: dict[str, OrgUnit],
    code: str,
    value: tuple[str, str, str],
    counts: Counter[str],
) -> None:
    """One unit, with what is below it when it moves."""
    level, name, parent = value
    above = there.get(parent)
    unit = there.get(code)
    if unit is None:
        unit = OrgUnit(council=council, code=code)
        counts["units new"] += 1
    elif (unit.kind, unit.name, unit.parent_id) == (level, name, above.pk if above else None):
        return
    else:
        counts["units changed"] += 1
    old = unit.path
    unit.kind, unit.name, unit.parent = level, name, above
    unit.save()
    unit.path = f"{above.path if above else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    there[code] = unit
    if old and old != unit.path:
        for below in there.values():
            if below.path.startswith(old) and below.pk != unit.pk:
                below.path = unit.path + below.path[len(old) :]
                below.save(update_fields=["path"])


def write_posts(
    council: Council, plan: Plan, units: dict[str, OrgUnit], changes: Changes
) -> dict[str, Post]:
    """The posts, then whom each reports to."""
    types = {one.code: one for one in PostType.objects.filter(council=council)}
    counts = changes.counts
    known = Post.objects.filter(council=council).select_related("type")
    there = {post.code: post for post in known}
    new = [
        Post(council=council, code=code, type=types[kind], unit=units[unit])
        for code, (kind, unit, _) in plan.posts.items()
        if code not in there
    ]
    there |= {post.code: post for post in Post.objects.bulk_create(new, batch_size=BATCH)}
    fresh = {post.code for post in new}
    changed = []
    for code, (kind, unit, boss) in plan.posts.items():
        post = there[code]
        want = (types[kind].pk, units[unit].pk, there[boss].pk if boss else None)
        if (post.type_id, post.unit_id, post.reports_to_id) != want:
            if code not in fresh:
                note_post(post, types[kind], units[unit], changes)
            post.type, post.unit_id, post.reports_to_id = types[kind], want[1], want[2]
            changed.append(post)
    Post.objects.bulk_update(changed, ["type", "unit", "reports_to"], batch_size=BATCH)
    counts["posts new"] += len(new)
    counts["posts changed"] += sum(post.code not in fresh for post in changed)
    return there


def note_post(post: Post, kind: PostType, unit: OrgUnit, changes: Changes) -> None:
    """Note that a post becomes another; one that gains or loses wide rights is told of."""
    detail = {"type": kind.pk, "unit": unit.pk}
    changes.lines.append(("change post", post, detail))
    was, will = wide_of(post.type.roles), wide_of(kind.roles)
    changes.wide_given += bool(will - was)
    changes.wide_ended += bool(was - will)


def write_people(council: Council, plan: Plan, changes: Changes) -> dict[str, User]:
    """The people of the file, by staff number."""
    there = {
        user.staff_number: user
        for user in User.objects.filter(council=council, staff_number__in=plan.people)
    }
    nothing = make_password(None)
    new = [
        User(council=council, staff_number=staff, name=name, email=email, password=nothing)
        for staff, (name, email) in plan.people.items()
        if staff not in there
    ]
    changed = []
    for staff, (name, email) in plan.people.items():
        user = there.get(staff)
        if user is not None and (user.name, user.email) != (name, email):
            detail = {"name": user.name != name, "address": user.email != email}
            changes.lines.append(("change person", user, detail))
            if user.email != email:
                changes.moved.append((user, user.email))
            user.name, user.email = name, email
            changed.append(user)
    there |= {user.staff_number: user for user in User.objects.bulk_create(new, batch_size=BATCH)}
    User.objects.bulk_update(changed, ["name", "email"], batch_size=BATCH)
    # An address that somebody had before must neither sign in nor get a new password.
    EmailAddress.objects.filter(user__in=changed).delete()
    changes.lines += [("add person", user, {}) for user in new]
    changes.counts["people new"] += len(new)
    changes.counts["people changed"] += len(changed)
    return there


def write_holdings(
    plan: Plan, posts: dict[str, Post], people: dict[str, User], changes: Changes
) -> None:
    """Who holds which post from when to when."""
    ids = [user.pk for user in people.values()]
    rows = PostHolding.objects.filter(user_id__in=ids)
    there = {(row.post_id, row.user_id, row.from_on): row for row in rows}
    new, changed = [], []
    for (code, staff, from_on), (to_on, cover) in plan.holdings.items():
        post, person = posts[code], people[staff]
        row = there.get((post.pk, person.pk, from_on))
        if row is None:
            row = PostHolding(post=post, user=person, from_on=from_on, to_on=to_on, cover=cover)
            new.append(row)
            note_holding("join", row, changes)
        elif (row.to_on, row.cover) != (to_on, cover):
            longer = row.to_on is not None and (to_on is None or to_on > row.to_on)
            row.post, row.user, row.to_on, row.cover = post, person, to_on, cover
            changed.append(row)
            note_holding("join" if longer or to_on is None else "end post", row, changes)
    PostHolding.objects.bulk_create(new, batch_size=BATCH)
    PostHolding.objects.bulk_update(changed, ["to_on", "cover"], batch_size=BATCH)
    changes.counts["holdings new"] += len(new)
    changes.counts["holdings changed"] += len(changed)


def note_holding(verb: str, row: PostHolding, changes: Changes) -> None:
    """Note that a post is given or ended; one with wide rights is told of."""
    last = {"last_day": row.to_on.isoformat()} if row.to_on else {}
    changes.lines.append((verb, row.user, {"post": row.post_id, **last}))
    if wide_of(row.post.type.roles):
        changes.wide_given += verb == "join"
        changes.wide_ended += verb != "join"


def newcomers(people: Iterable[User]) -> QuerySet[User]:
    """Those who may sign in, never have, and have not been asked in yet."""
    ids = [user.pk for user in people]
    found = User.objects.active().filter(pk__in=ids, last_login=None, asked_in=None)
    return found.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)


def end_sign_ins(council: Council, ids: list[int], on: date, changes: Changes) -> None:
    """Only people who hold a post, now or later, can sign in."""
    holding = PostHolding.objects.filter(on_day(on) | Q(from_on__gt=on), user_id__in=ids).values(
        "user_id"
    )
    gone = list(User.objects.filter(pk__in=ids, is_active=True).exclude(pk__in=holding))
    back = list(User.objects.filter(pk__in=holding, is_active=False, council=council))
    User.objects.filter(pk__in=[one.pk for one in gone]).update(
        is_active=False, sign_ins_ended=F("sign_ins_ended") + 1
    )
    User.objects.filter(pk__in=[one.pk for one in back]).update(is_active=True)
    changes.lines += [("end sign-in", one, {}) for one in gone]
    changes.lines += [("reopen account", one, {}) for one in back]

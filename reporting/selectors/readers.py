"""Who gets a published report: bodies and recipients as people, each in one version; and who answers for management."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from people.models import PostType, User
from people.roles import QA_TEAM, WORDS, Role
from people.selectors import resolve_all
from reporting.models import ReportVersion
from standards.policy import Policy, ReportRule
from standards.selectors import edition

ORDER = ("leaders", "members", "staff")


@dataclass
class Reader:
    """Somebody who gets a report: in which version, and by which roles."""

    user: User
    audience: str
    roles: list[str]


@dataclass
class Readers:
    """Everybody who gets a report, and the recipients for whom nobody was found: they are sent it by hand."""

    people: list[Reader] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)


def readers_of(rule: ReportRule, version: ReportVersion, on: date) -> Readers:
    """The people behind a report's recipients.

    A recipient that the framework names for another version gets that one and not the leaders'. Somebody who is reached
    by several recipients gets the fullest of theirs.
    """
    policy = edition(version.version).policy
    elsewhere = {name for one in rule.versions for name in one.to}
    leaders = tuple(name for name in rule.to if name not in elsewhere)
    wanted = {"leaders": leaders} | {one.audience: one.to for one in rule.versions}
    found = Readers()
    seen: dict[int, Reader] = {}
    for audience in ORDER:
        for name in wanted.get(audience, ()):
            people, words = behind(name, policy, version, on)
            if not people:
                found.by_hand.append(words)
            for user, role in people:
                reader = seen.get(user.pk)
                if reader is None:
                    reader = seen[user.pk] = Reader(user, audience, [])
                    found.people.append(reader)
                if role not in reader.roles:
                    reader.roles.append(role)
    found.by_hand = list(dict.fromkeys(found.by_hand))
    return found


def behind(
    name: str, policy: Policy, version: ReportVersion, on: date
) -> tuple[list[tuple[User, str]], str]:
    """The people behind one recipient, each with the words for it, and what the recipient is called."""
    body = policy.bodies.get(name)
    council = version.report.council
    if body is None:
        people = resolve_all([name], people={}, council=council, on=on)
        return people, words_for(name, version)
    people = resolve_all(body.members, people={}, council=council, on=on)
    return [(user, body.title) for user, _ in people], body.title


def words_for(name: str, version: ReportVersion) -> str:
    """What a recipient is called: a post by its title, a role by its words."""
    _, _, role = name.partition(".")
    if role.startswith("post."):
        code = role.removeprefix("post.")
        kind = PostType.objects.filter(council=version.council_id, code=code).first()
        return kind.title if kind else code
    return WORDS.get(Role(role), role) if role in set(Role) else name


def those_who_answer(version: ReportVersion, on: date) -> list[tuple[User, str]]:
    """The senior leaders and heads of service who can write the response: not of the QA team, and not its builder."""
    council = version.report.council
    names = [f"council.{Role.SENIOR_LEADER}", f"council.{Role.HEAD_OF_SERVICE}"]
    team = ids(
        resolve_all([f"council.{role}" for role in QA_TEAM], people={}, council=council, on=on)
    )
    found = resolve_all(names, people={}, council=council, on=on)
    return [
        (user, role)
        for user, role in found
        if user.pk not in team and user.pk != version.built_by_id
    ]


def ids(found: Iterable[tuple[User, str]]) -> frozenset[int]:
    """The ids of people."""
    return frozenset(user.pk for user, _ in found)

"""The fixed cast: one council with two teams of one service and a line up to the director."""

from collections.abc import Mapping
from dataclasses import dataclass

from people.models import Council, OrgUnit, Post, PostHolding, PostType, User
from people.roles import Role
from tests.factories.people import (
    CouncilFactory,
    OrgUnitFactory,
    PostFactory,
    PostHoldingFactory,
    UserFactory,
)

ROLES: dict[str, list[Role]] = {
    "SW": [Role.PRACTITIONER],
    "ST": [Role.PRACTITIONER],
    "TM": [Role.LINE_MANAGER, Role.AUDITOR],
    "SM": [Role.NEXT_LEVEL, Role.AUDITOR, Role.MODERATOR],
    "HOS": [Role.HEAD_OF_SERVICE, Role.AUDITOR, Role.MODERATOR],
    "HOS_PSQA": [Role.QA_HEAD],
    "DD": [Role.SENIOR_LEADER],
    "DCS": [Role.SENIOR_LEADER],
    "CSW": [Role.MODERATOR],
    "PSQA": [Role.QA_OFFICER],
    "LM": [Role.REPORT_READER],
    "ADMIN": [Role.ADMINISTRATOR],
}


@dataclass(frozen=True)
class Cast:
    """Everybody whom a test about rights needs, by their part."""

    council: Council
    service: OrgUnit
    team1: OrgUnit
    team2: OrgUnit
    auditor: User
    worker: User
    second: User
    manager: User
    service_manager: User
    head: User
    deputy_director: User
    director: User
    officer: User
    qa_head: User
    administrator: User
    moderator: User
    reader: User
    stranger: User
    former: User

    def everybody(self) -> dict[str, User]:
        """Each person by their part."""
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def cast(code: str = "bexley", posts_as: Mapping[str, str] | None = None) -> Cast:
    """Make the cast in a council; every post is held since 2020 except the former auditor's.

    `posts_as`: the council's own kind of post for one of Bexley's, where its framework has brought its own.
    """
    council = CouncilFactory(code=code)
    top = OrgUnitFactory(council=council, kind="directorate", name="Children's services")
    service = OrgUnitFactory(council=council, kind="service", name="Family support", parent=top)
    qa = OrgUnitFactory(council=council, kind="service", name="Quality assurance", parent=top)
    team1 = OrgUnitFactory(council=council, name="Team 1", parent=service)
    team2 = OrgUnitFactory(council=council, name="Team 2", parent=service)
    types = post_types(council, posts_as or {})
    posts: dict[str, Post] = {}
    people: list[User] = []

    def seat(name: str, kind: str, unit: OrgUnit, above: str = "") -> User:
        posts[name] = PostFactory(
            council=council, unit=unit, type=types[kind], reports_to=posts.get(above)
        )
        user = UserFactory.build(
            council=council,
            name=f"{name.replace('_', ' ').title()} {code.title()}",
            email=f"{name}@{code}.example.org",
        )
        user.set_unusable_password()
        people.append(user)
        return user

    director = seat("director", "DCS", top)
    deputy = seat("deputy_director", "DD", top, "director")
    head = seat("head", "HOS", service, "deputy_director")
    service_manager = seat("service_manager", "SM", service, "head")
    auditor = seat("auditor", "TM", team1, "service_manager")
    manager = seat("manager", "TM", team2, "service_manager")
    made = Cast(
        council=council,
        service=service,
        team1=team1,
        team2=team2,
        auditor=auditor,
        worker=seat("worker", "SW", team2, "manager"),
        second=seat("second", "ST", team2, "manager"),
        manager=manager,
        service_manager=service_manager,
        head=head,
        deputy_director=deputy,
        director=director,
        officer=seat("officer", "PSQA", qa, "deputy_director"),
        qa_head=seat("qa_head", "HOS_PSQA", qa, "deputy_director"),
        administrator=seat("administrator", "ADMIN", qa),
        moderator=seat("moderator", "CSW", qa),
        reader=seat("reader", "LM", top),
        stranger=seat("stranger", "SW", team1, "auditor"),
        former=seat("former", "TM", team1),
    )
    User.objects.bulk_create(people)
    PostHolding.objects.bulk_create(
        PostHoldingFactory.build(post=post, user=user)
        for post, user in zip(posts.values(), people, strict=True)
    )
    made.former.holdings.update(to_on="2025-12-31")
    return made


def post_types(council: Council, posts_as: Mapping[str, str]) -> dict[str, PostType]:
    """The cast's kinds of post, each under its own or the council's code; those that are there are kept."""
    wanted = {posts_as.get(kind, kind): roles for kind, roles in reversed(ROLES.items())}
    there = set(council.post_types.values_list("code", flat=True))
    PostType.objects.bulk_create(
        PostType(council=council, code=code, title=code, roles=[role.value for role in roles])
        for code, roles in wanted.items()
        if code not in there
    )
    found = {one.code: one for one in council.post_types.all()}
    return {kind: found[posts_as.get(kind, kind)] for kind in ROLES}

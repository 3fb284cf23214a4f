"""Reading concerns: who may raise, answer and solve them, the list, one page, and what they teach."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from core.prepared import COUNCIL, DAY, POSTS, USER, Prepared, ids
from escalation.models import ConcernMove, OfficerEscalation, Stage, StagePerson
from escalation.naming import called
from escalation.querysets import ConcernQuerySet
from escalation.recipients import wanted
from escalation.states import LASTING, StageState
from people.models import Council, OrgUnit, User
from people.organisation import Line
from people.roles import Role
from people.selectors import held_posts, ids_of, line, named
from standards.models import FrameworkVersion
from standards.policy import Ladder, Rung
from standards.selectors import edition, in_force

OFFICER = "officer"


# Ladders ------------------------------------------------------------------------------------------


def stage_ladders(council: Council, on: date) -> tuple[FrameworkVersion | None, tuple[Ladder, ...]]:
    """The edition in force and its ladders of stages."""
    version = in_force(council, on)
    if version is None:
        return None, ()
    return version, tuple(one for one in edition(version).policy.ladders if one.kind == "stages")


def may_raise(user: User, ladder: Ladder, on: date) -> bool:
    """Whether the framework lets this person raise such a concern by the posts they hold on the day."""
    return not named(user, on).isdisjoint(ladder.raised_by)


def ladder_of(concern: OfficerEscalation) -> Ladder:
    """The ladder of a concern in its own edition."""
    return edition(concern.version).policy.ladder(concern.ladder)


def needs_worker(ladder: Ladder) -> bool:
    """Whether a stage of the ladder goes to somebody in a worker's line of management."""
    names = [name for rung in ladder.rungs for name in (*rung.to, *rung.copy, *rung.otherwise)]
    return any(name.partition(".")[0] == "worker" for name in names)


def rungs_above(concern: OfficerEscalation, stage: Stage) -> list[tuple[int, Rung]]:
    """The rungs to which the officer may take it from a stage: the next, or any where stages may be skipped."""
    ladder = ladder_of(concern)
    above = list(enumerate(ladder.rungs))[stage.index + 1 :]
    return above if ladder.skip == OFFICER else above[:1]


def people_of(concern: OfficerEscalation) -> dict[str, User | None]:
    """Who is meant by the first word of a recipient."""
    return {"officer": concern.officer, "worker": concern.worker}


def found_for(names: Iterable[str], concern: OfficerEscalation, tree: Line) -> dict[int, list[str]]:
    """The ids behind recipients, each with the words for every role that reached them.

    The officer is never asked about their own concern, nor by a post the worker whom it is about.
    """
    found: dict[int, list[str]] = {}
    for name in names:
        meant = {concern.worker_id if name != "worker" else None}
        meant.add(concern.officer_id if name != OFFICER else None)
        for pk, words in ids_of(name, people_of(concern), tree):
            if pk not in meant:
                found.setdefault(pk, []).append(words)
    return found


def asked_at(rung: Rung, concern: OfficerEscalation, tree: Line) -> tuple[Sequence[str], list[str]]:
    """Which recipients are asked at a stage, and for which of them nobody is left.

    They are those of `to`, and where nobody of these is left those of `otherwise`; then nobody is missing (C4-9).
    """
    missing = [name for name in rung.to if not found_for([name], concern, tree)]
    if not rung.otherwise or len(missing) < len(rung.to):
        return rung.to, missing
    if found_for(rung.otherwise, concern, tree):
        return rung.otherwise, []
    return rung.otherwise, [*missing, *rung.otherwise]


def stand_ins(concern: OfficerEscalation, on: date) -> dict[int, list[str]]:
    """Who was asked in place of those who may solve it and holds such a post on the day, with the words for the role."""
    ladder = ladder_of(concern)
    rungs = {
        index: rung.otherwise
        for index, rung in enumerate(ladder.rungs)
        if rung.otherwise and not set(rung.to).isdisjoint(ladder.solved_by)
    }
    if not rungs:
        return {}
    tree = line(concern.council_id, on)
    told = StagePerson.objects.filter(stage__concern=concern, part=StagePerson.Part.TO)
    found: dict[int, list[str]] = {}
    for row in told.filter(stage__index__in=rungs).select_related("stage").order_by("pk"):
        others = found_for(rungs[row.stage.index], concern, tree)
        found |= {pk: words for pk, words in others.items() if pk in meant_by(row, tree)}
    return found


def posts_behind(
    pk: int, names: Iterable[str], concern: OfficerEscalation, tree: Line
) -> list[int]:
    """The posts by which recipients mean somebody found for them; none where they are meant as themselves."""
    posts: list[int] = []
    for name in names:
        start, _, role = name.partition(".")
        person = people_of(concern).get(start)
        if start == "council":
            posts += [seat.post_id for seat in tree.seats_of(pk) if wanted(seat, role)]
        elif person is not None and role:
            above = [
                one for one in tree.above(person.pk) if wanted(one, role) and pk in one.holders
            ]
            posts += [seat.post_id for seat in above[:1]]
    return list(dict.fromkeys(posts))


def meant_by(told: StagePerson, tree: Line) -> frozenset[int]:
    """Whom a row means on a day: who holds its posts then, or the person told as themselves (H-8)."""
    if not told.posts:
        return frozenset({told.user_id})
    seats = [tree.seats[pk] for pk in told.posts if pk in tree.seats]
    return frozenset(pk for seat in seats for pk in seat.holders)


def standing_in(concern: OfficerEscalation, on: date) -> list[tuple[User, str]]:
    """Whom the officer's messages go to: the officer, and once they have left the head of QA.

    A restricted concern's go to whoever may solve it today, and never to the QA team in their place.
    """
    if concern.officer.is_active:
        return [(concern.officer, OFFICER)]
    names = ladder_of(concern).solved_by if concern.restricted else ("council.qa_head",)
    found = found_for(names, concern, line(concern.council_id, on))
    if concern.restricted:
        found = stand_ins(concern, on) | found
    users = User.objects.active().in_bulk(found)
    return [(users[pk], ", ".join(words)[:200]) for pk, words in found.items() if pk in users]


def successors(concern: OfficerEscalation, on: date) -> list[tuple[User, str]]:
    """Who may take a concern over from its officer, with their posts, by name.

    They may raise such a concern themselves; neither the worker whom it is about nor those asked now are among them.
    """
    names = [one for one in ladder_of(concern).raised_by if one.startswith("council.")]
    tree = line(concern.council_id, on)
    found = found_for(names, concern, tree)
    asked = StagePerson.objects.filter(
        stage__concern=concern, stage__state__in=LASTING, part=StagePerson.Part.TO
    )
    ids = {pk for one in asked for pk in meant_by(one, tree)}
    free = User.objects.active().filter(pk__in=found.keys() - ids)
    return [(one, ", ".join(dict.fromkeys(found[one.pk]))) for one in free.order_by("name", "pk")]


def workers_of(user: User, on: date) -> list[tuple[User, str]]:
    """The council's practitioners today with their posts, by name, without the person who asks; four queries."""
    tree = line(user.council_id or 0, on)
    posts = {pk: seat for seat in tree.seats.values() for pk in seat.holders if pk != user.pk}
    wanted = [pk for pk in tree.holders(Role.PRACTITIONER) if pk in posts]
    units = dict(OrgUnit.objects.visible_to(user).values_list("pk", "name"))
    found = User.objects.visible_to(user).active().filter(pk__in=wanted).order_by("name", "pk")
    return [
        (one, f"{one.name} – {posts[one.pk].title}, {units.get(posts[one.pk].unit_id, '')}")
        for one in found
    ]


# Who may ------------------------------------------------------------------------------------------


def stage_now(concern: OfficerEscalation) -> Stage | None:
    """The stage that lasts; None once it is resolved."""
    return concern.stages.filter(state__in=LASTING).first()


def answers(user: User, concern: OfficerEscalation, on: date) -> bool:
    """Whether the present stage is this person's to answer on the day; a copy is not."""
    return StagePerson.objects.to_answer(user, on).filter(stage__concern=concern).exists()


def solves(user: User, concern: OfficerEscalation, on: date) -> bool:
    """Whether this person may declare it solved: the officer, or who the framework names on the day.

    Nobody solves what is about them, nor by their post what they raised themselves. Whoever was asked in place of
    those who may solve it solves this one.
    """
    names = ladder_of(concern).solved_by or (OFFICER,)
    if user.pk == concern.officer_id:
        return OFFICER in names
    if user.pk == concern.worker_id:
        return False
    if not named(user, on).isdisjoint(names):
        return True
    others = [name for name in names if name != OFFICER and not name.startswith("council.")]
    if others and user.pk in found_for(others, concern, line(concern.council_id, on)):
        return True
    return user.pk in stand_ins(concern, on)


# Pages --------------------------------------------------------------------------------------------


def with_everything(found: ConcernQuerySet) -> ConcernQuerySet:
    """Concerns with their people, stages and moves, for one page."""
    people = Prefetch("people", StagePerson.objects.select_related("user"))
    stages = Prefetch("stages", Stage.objects.select_related("replied_by").prefetch_related(people))
    moves = Prefetch("moves", ConcernMove.objects.select_related("by", "stage"))
    wanted: ConcernQuerySet = found.select_related(
        "council",
        "version__framework__council",
        "officer",
        "worker",
        "manager",
        "case",
        "resolved_by",
    )
    return wanted.defer("version__source", "version__policy").prefetch_related(stages, moves)


@dataclass(frozen=True)
class Row:
    """One concern in the list, with its present stage."""

    concern: OfficerEscalation
    stage: Stage | None
    late: bool


def rows(concerns: Iterable[OfficerEscalation], on: date) -> list[Row]:
    """Concerns with the stage that lasts, from what has been read with them."""
    found = []
    for one in concerns:
        stage = next((row for row in one.stages.all() if row.state in LASTING), None)
        late = stage is not None and stage.due_on is not None and stage.due_on < on
        found.append(Row(one, stage, late))
    return found


@dataclass(frozen=True)
class Waiting:
    """A concern that waits for somebody: what they are to do, since or until when, and where."""

    words: str
    about: str
    on: date
    key: UUID
    late: bool


def stages_for() -> "QuerySet[Stage, Any]":
    """The stages that wait for somebody: to be answered, or their own that were answered or have run out."""
    told = StagePerson.objects.asking(USER, ids(POSTS)).values("stage")
    asked = Q(state=StageState.OPEN, pk__in=told)
    own = Q(concern__officer=USER) & (Q(state=StageState.ANSWERED) | Q(due_on__lt=DAY))
    found = Stage.objects.filter(asked | own, state__in=LASTING, concern__council=COUNCIL)
    return found.order_by("pk").values_list(
        "concern__officer_id",
        "concern__number",
        "concern__ladder_title",
        "concern__key",
        "opened_on",
        "due_on",
    )[:100]


WAITING = Prepared(stages_for)


def waiting_for(user: User, on: date) -> list[Waiting]:
    """The concerns that this person is to answer, and their own that were answered or have run out."""
    posts = sorted(held_posts(user, on))
    found = WAITING.rows({USER: user.pk, COUNCIL: user.council_id, POSTS: posts, DAY: on})
    return [
        Waiting(
            "Decide on a concern" if officer == user.pk else "Answer a concern",
            called(number, title),
            due_on or opened_on,
            key,
            due_on is not None and due_on < on,
        )
        for officer, number, title, key, opened_on, due_on in found
    ]


def stages_waiting() -> list[int]:
    """The ids of the stages of open concerns that wait for an answer."""
    found = Stage.objects.filter(state=StageState.OPEN, concern__state="open")
    return list(found.order_by("pk").values_list("pk", flat=True))


def stages_over(on: date) -> list[int]:
    """The ids of the stages whose time is over and that wait for an answer."""
    return list(
        Stage.objects.filter(state=StageState.OPEN, due_on__lt=on, concern__state="open")
        .order_by("due_on", "pk")
        .values_list("pk", flat=True)
    )


def stages_left() -> list[int]:
    """The ids of the lasting stages whose concern is open and whose officer has left."""
    gone = Stage.objects.filter(state__in=LASTING, concern__state="open")
    gone = gone.filter(concern__officer__is_active=False)
    return list(gone.order_by("pk").values_list("pk", flat=True))


# What concerns teach ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quarter:
    """One quarter: how many concerns were raised and resolved in it, by ladder, and the learning named most."""

    words: str
    ladders: tuple[tuple[str, int, int], ...]
    tags: tuple[tuple[str, int], ...]
    raised: int
    resolved: int


def learning(found: ConcernQuerySet, start_month: int) -> list[Quarter]:
    """Concerns by quarter of the year that begins with a month, the newest first; one query."""
    raised: Counter[tuple[tuple[int, int], str]] = Counter()
    resolved: Counter[tuple[tuple[int, int], str]] = Counter()
    tags: dict[tuple[int, int], Counter[str]] = {}
    for title, begun, ended, words in found.order_by("pk").values_list(
        "ladder_title", "raised_at", "resolved_at", "tags"
    ):
        raised[quarter_of(timezone.localdate(begun), start_month), title] += 1
        if ended is not None:
            when = quarter_of(timezone.localdate(ended), start_month)
            resolved[when, title] += 1
            tags.setdefault(when, Counter()).update(words)
    quarters = sorted({when for when, _ in (*raised, *resolved)}, reverse=True)
    return [quarter(one, raised, resolved, tags.get(one, Counter())) for one in quarters]


def quarter(
    when: tuple[int, int],
    raised: Counter[tuple[tuple[int, int], str]],
    resolved: Counter[tuple[tuple[int, int], str]],
    tags: Counter[str],
) -> Quarter:
    """The figures of one quarter."""
    titles = sorted({title for at, title in (*raised, *resolved) if at == when})
    ladders = tuple((title, raised[when, title], resolved[when, title]) for title in titles)
    year, number = when
    return Quarter(
        words=f"Q{number} {year}–{(year + 1) % 100:02}",
        ladders=ladders,
        tags=tuple(sorted(tags.items(), key=lambda one: (-one[1], one[0]))),
        raised=sum(one for _, one, _ in ladders),
        resolved=sum(one for _, _, one in ladders),
    )


def quarter_of(day: date, start_month: int) -> tuple[int, int]:
    """The year that a quarter belongs to and its number, for years that begin with a month (T-9)."""
    months = (day.month - start_month) % 12
    return day.year - (day.month < start_month), months // 3 + 1


def numbered(council_id: int, ladder: str) -> int:
    """The next number in a ladder of the council; whoever asks holds the council's lock."""
    last = (
        OfficerEscalation.objects.filter(council=council_id, ladder=ladder)
        .order_by(F("number").desc())
        .values_list("number", flat=True)
        .first()
    )
    return (last or 0) + 1

"""Reading calibrations: who may be asked to grade, what the grades given look like, how far people agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from audits.independence import bar
from audits.models import Audit, AuditMove, GradeEvent, Reader
from audits.states import ADVISE, REOPEN, AuditState
from moderation import agreement
from moderation.agreement import Found, Spread, TooFew
from moderation.models import Calibration, CalibrationGrade
from moderation.selectors.people import parties
from moderation.states import CalibrationState
from people.models import User
from people.organisation import Line
from people.roles import Role
from people.selectors import line
from standards.models import FrameworkVersion
from standards.policy import Grade, Moderation, Policy
from standards.selectors import edition

# Who can be asked to grade, and how many grades there must be before they are shown to anybody.
RATERS = (Role.AUDITOR, Role.MODERATOR, Role.PANEL_MEMBER)
LEAST = 3
# The worker's line never grades, whatever a framework says of its moderators.
STRICT = Moderation()
NO_POST = "holds no post today that audits, moderates or sits on a panel"
OPENS = "opens the exercise and may know the grade"
KNOWS = "has or had another part in this audit and may know its grade"


# Who may be asked ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rater:
    """Somebody who holds a post that grades, with their posts in words, and why they cannot be asked, if so."""

    user: User
    posts: str
    why_not: str = ""


def knowing(audit: Audit, but: Calibration | None = None) -> set[int]:
    """The ids of those who may know the audit's grade from a part of theirs; three queries.

    Its moderator, panel and deciders, whoever gave a grade or advice or opened it again, and who graded
    it in another exercise. `but`: an exercise whose own raters are not counted.
    """
    found = set(
        Reader.objects.filter(audit=audit)
        .exclude(part=Reader.Part.CALIBRATION)
        .values_list("user_id", flat=True)
    )
    found |= set(GradeEvent.objects.filter(audit=audit).values_list("by_id", flat=True))
    moves = AuditMove.objects.filter(audit=audit, verb__in=[ADVISE.verb, REOPEN.verb])
    found |= set(moves.values_list("by_id", flat=True))
    others = CalibrationGrade.objects.filter(calibration__audit=audit)
    if but is not None:
        others = others.exclude(calibration=but)
    found |= set(others.values_list("rater_id", flat=True))
    return found | ({audit.moderator_id} if audit.moderator_id else set())


def why_not(pk: int, audit: Audit, tree: Line, opener: int, known: Iterable[int]) -> str:
    """Why somebody cannot be asked to grade an audit, in words; empty when they can (H-9, H-10)."""
    if not any(not seat.roles.isdisjoint(RATERS) for seat in tree.seats_of(pk)):
        return NO_POST
    if pk == opener:
        return OPENS
    if words := bar(pk, parties(audit), tree, STRICT):
        return words
    return KNOWS if pk in known else ""


def raters(
    audit: Audit, opener: int, on: date, exercise: Calibration | None = None
) -> tuple[list[Rater], list[Rater]]:
    """Those who can be asked, and those who cannot, each by name; the queries do not grow with them."""
    tree = line(audit.council_id, on)
    known = knowing(audit, but=exercise)
    ids = {pk for role in RATERS for pk in tree.holders(role)}
    users = User.objects.active().filter(council=audit.council_id, pk__in=ids)
    found = [
        Rater(
            user,
            ", ".join(dict.fromkeys(seat.title for seat in tree.seats_of(user.pk))),
            why_not(user.pk, audit, tree, opener, known),
        )
        for user in users.order_by("name", "pk")
    ]
    return [one for one in found if not one.why_not], [one for one in found if one.why_not]


def audit_to_grade(user: User, reference: str) -> Audit | None:
    """The returned audit of this reference that the person may open, knowing its grade and with no part in it."""
    found = (
        Audit.objects.visible_to(user)
        .filter(state=AuditState.RETURNED, reference__iexact=reference.strip())
        .with_people()
        .with_edition()
        .with_blindness(user)
        .select_related("council")
        .first()
    )
    if found is None or found.blind or user.pk in ids_of_parties(found):
        return None
    return found


def ids_of_parties(audit: Audit) -> set[int]:
    """The ids of the auditor and the workers."""
    known = parties(audit)
    return {known.auditor, *known.workers}


# The exercises ------------------------------------------------------------------------------------


def exercises(user: User) -> "QuerySet[Calibration]":
    """The exercises that a person may open, the newest first, with how many were asked and have graded."""
    return (
        Calibration.objects.visible_to(user)
        .select_related("audit")
        .annotate(asked=Count("grades"), given=Count("grades", filter=~Q(grades__grade="")))
        .order_by("-opened_at", "-pk")
    )


def exercises_rated_by(user: User, ids: Iterable[int]) -> set[int]:
    """In which of these exercises the person grades."""
    rows = CalibrationGrade.objects.filter(calibration__in=list(ids), rater=user)
    return set(rows.values_list("calibration_id", flat=True))


def grade_of(calibration: Calibration, user: User) -> CalibrationGrade | None:
    """The person's own line in an exercise; None when they are not asked to grade."""
    return calibration.grades.filter(rater=user).first()


def everybody_asked(calibration: Calibration) -> list[CalibrationGrade]:
    """Everybody who is asked to grade, by name."""
    return list(calibration.grades.select_related("rater").order_by("rater__name", "pk"))


def in_order(policy: Policy) -> list[Grade]:
    """The grades from the worst to the best."""
    return sorted(policy.grades, key=lambda grade: grade.rank)


def ranks(policy: Policy) -> dict[str, int]:
    """Each grade's place from 1 (worst), as the statistics take them."""
    return {grade.code: place for place, grade in enumerate(in_order(policy), start=1)}


@dataclass(frozen=True)
class Bar:
    """How many gave one grade, and their share of all in whole per cent."""

    grade: Grade
    count: int
    percent: int


@dataclass(frozen=True)
class Picture:
    """How the people of an exercise graded: each grade from the best, the middle, the commonest and its share."""

    bars: tuple[Bar, ...]
    n: int
    median: str
    commonest: str
    share: int


def picture(calibration: Calibration, policy: Policy) -> Picture | None:
    """The spread of the grades given; None where fewer than two gave one."""
    places = ranks(policy)
    given = calibration.grades.exclude(grade="").values_list("grade", flat=True)
    found = agreement.spread([places[code] for code in given], len(places))
    if isinstance(found, TooFew):
        return None
    return drawn(found, in_order(policy))


def drawn(found: Spread, grades: list[Grade]) -> Picture:
    """A spread in words and whole per cent."""
    bars = tuple(
        Bar(grade, count, round(100 * count / found.n))
        for grade, count in zip(grades, found.counts, strict=True)
    )
    most = [one.grade.label for one in bars[::-1] if one.count == max(found.counts)]
    return Picture(
        bars=bars[::-1],
        n=found.n,
        median=median_words(found.median, grades),
        commonest=" and ".join(most),
        share=round(100 * found.modal_share),
    )


def median_words(median: float, grades: list[Grade]) -> str:
    """The middle grade; where it lies between two, both."""
    lower, upper = grades[int(median) - 1], grades[int(median + 0.5) - 1]
    return lower.label if lower == upper else f"between {lower.label} and {upper.label}"


def agreement_of(version: FrameworkVersion) -> Found:
    """How far the people of all closed exercises of an edition agree: Gwet's AC2, or too few to tell."""
    places = ranks(edition(version).policy)
    cases: dict[int, list[int | None]] = {}
    rows = CalibrationGrade.objects.filter(
        calibration__version=version, calibration__state=CalibrationState.CLOSED
    ).exclude(grade="")
    for pk, code in rows.values_list("calibration_id", "grade"):
        cases.setdefault(pk, []).append(places[code])
    return agreement.calibration(list(cases.values()), len(places))

"""A calibration: several people grade one returned audit without the auditor's grade, then see the spread and talk."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit, Reader
from audits.rules import is_a_party, is_blind
from audits.scoring import Overall
from audits.selectors import edition_of
from audits.states import AuditState
from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from moderation.asking import Said, grade_choices, judged
from moderation.models import Calibration, CalibrationGrade
from moderation.selectors.calibrating import LEAST, knowing, why_not
from moderation.states import CLOSE_CALIBRATION, SHOW, CalibrationState
from people.models import Council, User
from people.selectors import line
from standards.policy import Policy

State = CalibrationState
PART = Reader.Part.CALIBRATION
SHOWN = "The grades are shown already, so nothing about them changes any more."
REOPENED = "This audit has been opened again, so it cannot be graded now."
WORDS = {
    "asked": (
        "Please grade an audit on your own",
        "You have been asked to grade audit {reference} of case {case} in a calibration. Please read it, then "
        "give your own grade and your reasons by {day}. Nobody’s grade is shown to you before all are.",
    ),
    "taken_out": (
        "You need not grade an audit any more",
        "You are no longer asked to grade audit {reference} of case {case} in a calibration.",
    ),
    "shown": (
        "The grades of a calibration are shown",
        "The grades given to audit {reference} of case {case} in its calibration are shown now. "
        "Please look at them before you talk about them.",
    ),
}


@transaction.atomic
def open_calibration(
    audit: Audit,
    title: str,
    raters: Iterable[User],
    closes_on: date,
    *,
    by: User,
    at: datetime,
) -> Calibration:
    """Ask several people to grade a returned audit without seeing its grade; each is told, and may read it.

    Raises PermissionDenied for anybody but the QA team, for a party of the audit, and for an audit that the
    person may not open. Refused unless it is returned, while another exercise on it is open, with fewer
    than three people, and with the reason for each person who cannot be asked.
    """
    Council.objects.select_for_update().get(pk=audit.council_id)
    audit = opened_by(audit, by)
    people = list({one.pk: one for one in raters}.values())
    problems = wrong_about(audit, title, people, closes_on, on=timezone.localdate(at))
    known = knowing(audit)
    tree = line(audit.council_id, timezone.localdate(at))
    for one in people:
        if words := why_not_asked(one, audit, why_not(one.pk, audit, tree, by.pk, known)):
            problems.append(words)
    if problems:
        raise Refused("The calibration cannot be opened.", problems)
    made = Calibration.objects.create(
        council=audit.council,
        version=audit.version,
        audit=audit,
        title=title.strip(),
        closes_on=closes_on,
        opened_by=by,
        opened_at=at,
    )
    ask_to_grade(made, people, at=at)
    record("open calibration", made, by=by, at=at, detail={"raters": len(people)})
    return made


def opened_by(audit: Audit, by: User) -> Audit:
    """The audit under a lock, for somebody of the QA team who has no part in it and may know its grade."""
    Audit.objects.select_for_update().get(pk=audit.pk)
    seen = Audit.objects.visible_to(by).with_people().with_edition().select_related("council")
    found: Audit | None = seen.filter(pk=audit.pk).first()
    if found is None or not by.has_perm("moderation.run_calibrations"):
        raise PermissionDenied
    if is_a_party(by, found) or is_blind(found, by):
        raise PermissionDenied
    return found


def wrong_about(
    audit: Audit, title: str, people: list[User], closes_on: date, *, on: date
) -> list[str]:
    """What stands against an exercise, whoever is asked."""
    problems = []
    if audit.state != AuditState.RETURNED:
        problems.append("Only a returned audit can be graded in a calibration.")
    if Calibration.objects.filter(audit=audit, state=State.OPEN).exists():
        problems.append("Another calibration of this audit is open. Show its grades first.")
    if not title.strip():
        problems.append("Enter a title.")
    if closes_on < on:
        problems.append("Choose a day that has not passed.")
    if len(people) < LEAST:
        problems.append(f"Ask at least {LEAST} people, so that there is a spread to talk about.")
    return problems


def why_not_asked(person: User, audit: Audit, words: str) -> str:
    """Why one person cannot be asked, as a sentence; empty when they can."""
    if person.council_id != audit.council_id or not person.is_active:
        return f"{person.name} does not work for this council."
    return f"{person.name} cannot grade this audit: {person.name} {words}." if words else ""


def ask_to_grade(calibration: Calibration, people: Iterable[User], *, at: datetime) -> None:
    """Put people among the raters: a line for their grade, the audit to read without its grades, a message."""
    people = list(people)
    CalibrationGrade.objects.bulk_create(
        CalibrationGrade(calibration=calibration, rater=one) for one in people
    )
    for one in people:
        Reader.objects.update_or_create(
            audit=calibration.audit, user=one, part=PART, defaults={"blind": True, "since": at}
        )
    announce(calibration, "asked", people, at=at, once=f"{at.timestamp()}")


def announce(
    calibration: Calibration, step: str, people: Iterable[User], *, at: datetime, once: str = ""
) -> None:
    """Put a step's message in the inbox of these people; it says no grade and nobody's name (C4-f)."""
    audit = calibration.audit
    subject, text = WORDS[step]
    message = Message(
        kind=f"calibration.{step}",
        subject=f"{subject}: {audit.reference}",
        text=text.format(
            reference=audit.reference,
            case=audit.case.number,
            day=f"{calibration.closes_on:%-d %B %Y}",
        ),
        path="" if step == "taken_out" else reverse("calibration", args=[calibration.pk]),
    )
    pairs = [(one, "grades in a calibration") for one in people]
    tell(pairs, message, key=f"calibration:{calibration.pk}:{step}:{once}", at=at)


# While it is open ---------------------------------------------------------------------------------


def locked(calibration: Calibration, *, by: User, permission: str) -> Calibration:
    """The exercise under a lock. Raises PermissionDenied if `by` may not take the step."""
    found: Calibration = (
        Calibration.objects.select_for_update(of=("self",))
        .select_related(
            "audit__case",
            "audit__council",
            "audit__tool",
            "audit__version__framework__council",
            "opened_by",
        )
        .defer("audit__version__source", "audit__version__policy")
        .get(pk=calibration.pk)
    )
    if by.council_id != found.council_id or not by.has_perm(permission, found):
        raise PermissionDenied
    return found


@transaction.atomic
def give_grade(
    calibration: Calibration, grade: Overall, rationale: str, *, by: User, at: datetime
) -> CalibrationGrade:
    """Give one's own grade with its reasons, or another than before, until the grades are shown.

    Raises PermissionDenied for anybody who is not asked to grade; Refused once the grades are shown, for a
    grade that the framework does not offer, and without reasons.
    """
    calibration = locked(calibration, by=by, permission="moderation.grade_in_calibration")
    if calibration.state != State.OPEN:
        raise Refused(SHOWN)
    if calibration.audit.state != AuditState.RETURNED:
        raise Refused(REOPENED)
    problems = []
    if not is_offered(grade, edition_of(calibration.audit).policy):
        problems.append("Choose one of the framework’s grades.")
    if not rationale.strip():
        problems.append("Give the reasons for your grade.")
    if problems:
        raise Refused("Your grade cannot be kept yet.", problems)
    mine: CalibrationGrade = calibration.grades.get(rater=by)
    mine.grade, mine.value, mine.surpassed = grade.grade, grade.value, grade.surpassed
    mine.rationale, mine.given_at = rationale.strip(), at
    mine.save(update_fields=["grade", "value", "surpassed", "rationale", "given_at"])
    record("grade in calibration", calibration, by=by, at=at)
    return mine


def is_offered(grade: Overall, policy: Policy) -> bool:
    """Whether the framework offers this judgement."""
    codes = (one.code for one in grade_choices(policy))
    said = (Said(number=int(code)) if code.isdigit() else Said(code=code) for code in codes)
    return grade in {judged(one, policy) for one in said}


@transaction.atomic
def add_rater(calibration: Calibration, person: User, *, by: User, at: datetime) -> Calibration:
    """Ask one more person to grade; they are told. Asking again changes nothing.

    Raises PermissionDenied for anybody who does not run the exercise; Refused once the grades are shown,
    and with the reason where the person cannot be asked.
    """
    calibration = locked(calibration, by=by, permission="moderation.run_calibration")
    audit = calibration.audit
    if calibration.state != State.OPEN:
        raise Refused(SHOWN)
    if audit.state != AuditState.RETURNED:
        raise Refused(REOPENED)
    if calibration.grades.filter(rater=person).exists():
        return calibration
    tree = line(audit.council_id, timezone.localdate(at))
    known = knowing(audit, but=calibration)
    words = why_not(person.pk, audit, tree, calibration.opened_by_id, known)
    if problem := why_not_asked(person, audit, words):
        raise Refused(problem)
    ask_to_grade(calibration, [person], at=at)
    record("add rater", calibration, by=by, at=at, detail={"rater": person.pk})
    return calibration


@transaction.atomic
def take_rater_out(
    calibration: Calibration, person: User, *, by: User, at: datetime
) -> Calibration:
    """No longer ask somebody who has not graded yet; they can no longer read the audit for it, and are told.

    Raises PermissionDenied for anybody who does not run the exercise; Refused once the grades are shown,
    for somebody who has graded, and where fewer than three would be left.
    """
    calibration = locked(calibration, by=by, permission="moderation.run_calibration")
    if calibration.state != State.OPEN:
        raise Refused(SHOWN)
    mine = calibration.grades.filter(rater=person).first()
    if mine is None:
        return calibration
    if mine.grade:
        raise Refused(f"{person.name} has graded already, and every grade given is kept.")
    if calibration.grades.count() <= LEAST:
        raise Refused(f"At least {LEAST} people must be asked. Add somebody else first.")
    mine.delete()
    Reader.objects.filter(audit=calibration.audit, user=person, part=PART).delete()
    announce(calibration, "taken_out", [person], at=at, once=f"{at.timestamp()}")
    record("take rater out", calibration, by=by, at=at, detail={"rater": person.pk})
    return calibration


# The spread, and the talk about it ----------------------------------------------------------------


@transaction.atomic
def show(calibration: Calibration, *, by: User, at: datetime) -> Calibration:
    """Show the grades to everybody who was asked and to the QA team; nobody can grade after that.

    Raises PermissionDenied for anybody who does not run the exercise; Refused with fewer than three grades,
    and when they are shown already.
    """
    calibration = locked(calibration, by=by, permission="moderation.run_calibration")
    SHOW.check(calibration.state)
    given = calibration.grades.exclude(grade="").count()
    if given < LEAST:
        raise Refused(
            f"At least {LEAST} people must have graded before the grades are shown. "
            f"{given} {'has' if given == 1 else 'have'} so far."
        )
    calibration.state, calibration.shown_at = SHOW.target, at
    calibration.save(update_fields=["state", "shown_at"])
    people = [one.rater for one in calibration.grades.select_related("rater")]
    Reader.objects.filter(audit=calibration.audit, user__in=people, part=PART).update(blind=False)
    announce(calibration, "shown", people, at=at)
    record("show calibration", calibration, by=by, at=at, detail={"grades": given})
    return calibration


@transaction.atomic
def close(
    calibration: Calibration, discussed: str, agreed: str = "", *, by: User, at: datetime
) -> Calibration:
    """Keep what the talk brought, and the grade that the group settled on, if any; the audit's own grade stays.

    Those who graded no longer read the audit for it. Raises PermissionDenied for anybody who does not run
    the exercise; Refused before the grades are shown, without words, and for a grade that there is not.
    """
    calibration = locked(calibration, by=by, permission="moderation.run_calibration")
    CLOSE_CALIBRATION.check(calibration.state)
    grades = {one.code for one in edition_of(calibration.audit).policy.grades}
    problems = []
    if not discussed.strip():
        problems.append("Write down what the talk brought.")
    if agreed and agreed not in grades:
        problems.append("Choose one of the framework’s grades.")
    if problems:
        raise Refused("The calibration cannot be closed yet.", problems)
    calibration.state, calibration.closed_at = CLOSE_CALIBRATION.target, at
    calibration.discussed, calibration.agreed = discussed.strip(), agreed
    calibration.save(update_fields=["state", "closed_at", "discussed", "agreed"])
    people = calibration.grades.values("rater")
    Reader.objects.filter(audit=calibration.audit, user__in=people, part=PART).delete()
    record("close calibration", calibration, by=by, at=at)
    return calibration

"""The matrix H2 of people/seeing.py, cell by cell, against the running service and the fixed cast."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Action
from audits import selectors, visibility
from audits.models import Audit
from audits.rules import party
from core import clock
from escalation.models import OfficerEscalation
from evidence.models import Attachment
from feedback.models import Reply
from feedback.selectors.instruments import instrument_of
from feedback.services.replies import Sheet, Subject, record_reply
from moderation.models import Moderation
from partners.models import PartnerInvitation
from people.models import Post, User
from people.roles import Role
from people.seeing import MATRIX, Level, Who
from people.selectors import roles_of
from reporting.models import Report
from supervision.models import PersonalNote
from tests.access.test_every_url import Things, signed_in, things
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.people import PostTypeFactory

pytestmark = pytest.mark.django_db
COLUMNS = {
    Who.PRACTITIONER: ("worker",),
    Who.AUDITOR: ("auditor",),
    Who.LINE_MANAGER: ("manager",),
    Who.SERVICE: ("service_manager", "head"),
    Who.MODERATOR: ("moderator",),
    Who.QA: ("officer", "qa_head"),
    Who.SENIOR: ("director",),
    Who.READER: ("reader",),
    Who.ADMINISTRATOR: ("administrator",),
}
# People of the cast who hold several roles hold one only here, so that a column stands for its roles alone.
ONE_ROLE = {
    "auditor": Role.AUDITOR,
    "manager": Role.LINE_MANAGER,
    "service_manager": Role.NEXT_LEVEL,
    "head": Role.HEAD_OF_SERVICE,
}
ORDER = [Level.NONE, Level.TOTALS, Level.OWN, Level.READ, Level.EDIT]


class Scene:
    """Something of every kind, and a look at each as one person."""

    def __init__(self) -> None:
        self.made: Things = things()
        people = self.made.people
        for name, role in ONE_ROLE.items():
            kind = PostTypeFactory(council=people.council, code=f"only-{role}", roles=[role.value])
            Post.objects.filter(holdings__user=getattr(people, name)).update(type=kind)
        self.preparing = audit_at("preparing", people, self.made.version)
        self.family = record_reply(
            Sheet("audit_family", "call", "answered", NOW.date(), {"s1": "4"}),
            Subject.of_audit(self.made.given.audit),
            by=people.officer,
            at=NOW,
        )
        stage = self.made.concern.stages.get()
        for who in (people.service_manager, people.director):
            stage.people.create(user=who, part="to", roles="manager")
        self.raised = {who: self.concern(who) for who in (people.worker, people.auditor)}
        self.confidential = self.concern(people.worker, restricted=True)
        stage = self.confidential.stages.create(index=0, title="First", opened_on=NOW.date())
        stage.people.create(user=people.director, part="to", roles="handler")

    def concern(self, officer: User, *, restricted: bool = False) -> OfficerEscalation:
        """A concern that somebody has raised."""
        number = OfficerEscalation.objects.count() + 10
        return OfficerEscalation.objects.create(
            council=self.made.people.council,
            version=self.made.version,
            ladder="practice_concern" if restricted else "cp_chair",
            ladder_title="Escalation",
            number=number,
            officer=officer,
            concern="No visit",
            expectation="A visit",
            restricted=restricted,
            raised_at=NOW,
        )

    def opens(self, user: User, name: str, *args: object) -> bool:
        """Whether somebody gets the page."""
        return signed_in(user).get(reverse(name, args=args)).status_code == 200


def there(rows, user: User, thing) -> bool:
    """Whether somebody finds a thing."""
    return rows.objects.visible_to(user).filter(pk=thing.pk).exists()


def has_reports(user: User) -> Level:
    """Totals for whoever reads published reports and nothing else."""
    only = roles_of(user, clock.today()) == {Role.REPORT_READER}
    return Level.TOTALS if only and Report.objects.visible_to(user).exists() else Level.NONE


def works_it(user: User, audit: Audit) -> bool:
    return user.pk in {audit.worker_id, audit.second_worker_id}


def answers(at: Scene, user: User) -> Level:
    if user.has_perm("audits.fill_audit", at.made.open):
        return Level.EDIT
    seen = there(Audit, user, at.made.given.audit)
    return Level.READ if seen else Level.NONE


def file_check(at: Scene, user: User) -> Level:
    audit = at.preparing
    tool = selectors.tool_of(audit)
    hidden = [one for one in tool.sections if "practitioner" in one.hidden_until_session_from]
    assert hidden
    me = party(audit, user)
    if not there(Audit, user, audit):
        return Level.NONE
    parts = [(one, part) for one in hidden for question in one.questions for part in question.parts]
    if any(visibility.may_edit(one, part, me=me, state=audit.state) for one, part in parts):
        return Level.EDIT
    seen = any(visibility.may_see(one, me=me, state=audit.state) for one in hidden)
    return Level.READ if seen else Level.NONE


def moderation(at: Scene, user: User) -> Level:
    given, finished = at.made.given, at.made.finished
    if user.has_perm("moderation.moderate", given) or user.has_perm("moderation.assign", given):
        return Level.EDIT
    if works_it(user, finished.audit):
        assert not there(Moderation, user, given)
        return Level.OWN if there(Moderation, user, finished) else Level.NONE
    return Level.READ if there(Moderation, user, given) else Level.NONE


def grade(at: Scene, user: User) -> Level:
    audit = at.made.disagreed.audit
    if not there(Audit, user, audit) or party(audit, user) == visibility.BLIND:
        return Level.NONE
    return Level.OWN if works_it(user, audit) else Level.READ


def actions(at: Scene, user: User) -> Level:
    steps = ("sign_off", "change_date", "reassign_action", "withdraw_action")
    seen = there(Action, user, at.made.action)
    if seen and any(user.has_perm(f"actions.{step}", at.made.action) for step in steps):
        return Level.EDIT
    if user.has_perm("moderation.moderate", at.made.given):
        return Level.EDIT
    if seen:
        return Level.OWN if user.pk == at.made.action.owner_id else Level.READ
    return has_reports(user)


def by_instrument(reply: Reply, user: User) -> Level:
    """Totals for the roles that the framework names."""
    named = set(instrument_of(reply).sees_totals) & roles_of(user, clock.today())
    return Level.TOTALS if named else Level.NONE


def feedback(at: Scene, user: User) -> Level:
    if user.has_perm("feedback.record_reply", at.family):
        return Level.EDIT
    if there(Reply, user, at.family):
        return Level.OWN if works_it(user, at.family.audit) else Level.READ
    return by_instrument(at.family, user)


def surveys(at: Scene, user: User) -> Level:
    seen = at.opens(user, "survey-results", at.made.survey.pk)
    return Level.TOTALS if seen else Level.NONE


def concerns(at: Scene, user: User) -> Level:
    if there(OfficerEscalation, user, at.made.concern) and user != at.made.concern.officer:
        return Level.READ
    own = at.raised.get(user, at.made.concern)
    if own.officer == user and there(OfficerEscalation, user, own):
        return Level.OWN
    return has_reports(user)


def complaints(at: Scene, user: User) -> Level:
    if user.has_perm("feedback.tag_reply", at.made.reply):
        return Level.EDIT
    return Level.READ if there(Reply, user, at.made.reply) else by_instrument(at.made.reply, user)


def practice_concern(at: Scene, user: User) -> Level:
    told = user in {at.made.people.worker, at.made.people.director}
    assert there(OfficerEscalation, user, at.confidential) == told
    return Level.OWN if told or at.opens(user, "raise-concern", "practice_concern") else Level.NONE


def frameworks(at: Scene, user: User) -> Level:
    if user.has_perm("standards.write_framework"):
        return Level.EDIT
    return Level.READ if user.has_perm("standards.see_frameworks") else Level.NONE


def people_and_posts(at: Scene, user: User) -> Level:
    if user.has_perm("people.change_posts", at.made.people.stranger):
        return Level.EDIT
    return Level.READ if user.has_perm("people.see_people") else Level.NONE


def supervision_notes(at: Scene, user: User) -> Level:
    if not there(PersonalNote, user, at.made.note):
        return Level.NONE
    return Level.OWN if user.pk == at.made.note.worker_id else Level.EDIT


def supervision_dates(at: Scene, user: User) -> Level:
    if not there(Action, user, at.made.action):
        return Level.NONE
    if user.has_perm("actions.review_action", at.made.action):
        return Level.EDIT
    return Level.OWN if user.pk == at.made.action.owner_id else Level.READ


def files(at: Scene, user: User) -> Level:
    if user.has_perm("evidence.add_to_audit", at.made.open):
        return Level.EDIT
    return Level.READ if there(Attachment, user, at.made.proof) else Level.NONE


def partners(at: Scene, user: User) -> Level:
    if user.has_perm("partners.invite_partner", at.made.open):
        return Level.EDIT
    if not there(PartnerInvitation, user, at.made.partner):
        return Level.NONE
    return Level.OWN if works_it(user, at.made.open) else Level.READ


def trail(at: Scene, user: User) -> Level:
    return Level.READ if at.opens(user, "trail") else Level.NONE


def erasing(at: Scene, user: User) -> Level:
    if user.has_perm("retention.propose_run"):
        return Level.EDIT
    return Level.READ if user.has_perm("retention.see_items") else Level.NONE


def subject_requests(at: Scene, user: User) -> Level:
    return Level.EDIT if user.has_perm("retention.answer_subject") else Level.NONE


LOOKS: dict[str, Callable[[Scene, User], Level]] = {
    "answers": answers,
    "file-check": file_check,
    "moderation": moderation,
    "grade": grade,
    "actions": actions,
    "feedback": feedback,
    "surveys": surveys,
    "concerns": concerns,
    "complaints": complaints,
    "practice-concern": practice_concern,
    "frameworks": frameworks,
    "people": people_and_posts,
    "supervision-notes": supervision_notes,
    "supervision-dates": supervision_dates,
    "files": files,
    "partners": partners,
    "trail": trail,
    "erasing": erasing,
    "subject-requests": subject_requests,
}


def test_every_row_of_the_matrix_is_looked_at():
    assert set(LOOKS) == {row.code for row in MATRIX}


def test_every_cell_is_as_the_service_does_it():
    at = Scene()
    wrong = []
    for row in MATRIX:
        for who, names in COLUMNS.items():
            users = [User.objects.get(pk=getattr(at.made.people, name).pk) for name in names]
            found = max((LOOKS[row.code](at, user) for user in users), key=ORDER.index)
            if found != row.cell(who).level:
                wrong.append(f"{row.code}, {who}: {found}, not {row.cell(who).level}")
    framework("tests/frameworks/eastmere.yaml")
    other = cast("eastmere")
    rows = (
        (Audit, at.made.open),
        (Audit, at.made.returned),
        (Action, at.made.action),
        (Moderation, at.made.finished),
        (Reply, at.family),
        (OfficerEscalation, at.made.concern),
        (OfficerEscalation, at.confidential),
        (PersonalNote, at.made.note),
        (Attachment, at.made.proof),
        (PartnerInvitation, at.made.partner),
        (Report, at.made.report),
    )
    for name, user in other.everybody().items():
        wrong += [
            f"{rows.__name__} for {name} elsewhere" for rows, one in rows if there(rows, user, one)
        ]
    assert not wrong, "\n".join(wrong)
    assert Client().get(reverse("audits")).status_code == 302

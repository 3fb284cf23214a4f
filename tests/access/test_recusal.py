"""Recusal always wins (H-9, H-10): whoever holds every role at once is refused on what is their own.

Each permission that decides is listed here with somebody's own thing; the others are listed as deciding nothing of
anybody's own. A new permission that stands in neither list fails.
"""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from rules.permissions import permissions

from actions.models import Action
from audits.models import Audit, Loop
from core import clock
from escalation.models import Hold, OfficerEscalation, Overdue, StagePerson
from feedback.models import Praise
from moderation.models import Calibration, Moderation
from people.models import Post, User
from people.roles import Role
from programme.models import DateChange
from programme.selectors.changes import rights
from retention.models import Run, SubjectRequest
from retention.rules import AFTER_LIFTING
from tests.access.test_every_url import NOW, things
from tests.factories.people import PostFactory, PostHoldingFactory, PostTypeFactory, UserFactory

pytestmark = pytest.mark.django_db
Own = Callable[[SimpleNamespace], list[object]]


def audits(at: SimpleNamespace) -> list[object]:
    """An audit of theirs, as its auditor and as its worker."""
    return [at.as_auditor, at.as_worker]


def moderations(at: SimpleNamespace) -> list[object]:
    return [at.moderated_as_auditor, at.moderated_as_worker]


def loops(at: SimpleNamespace) -> list[object]:
    return [at.loop_as_auditor, at.loop_as_worker]


def action(at: SimpleNamespace) -> list[object]:
    return [at.action]


def about_them(at: SimpleNamespace) -> list[object]:
    """Themselves, and children whom they have worked with, or whose files they have audited or moderated."""
    cases = [at.as_auditor.case, at.as_worker.case, at.moderated_as_worker.audit.case]
    return [at.everything, *cases]


def asked_about_them(at: SimpleNamespace) -> list[object]:
    """Their own requests for what is kept about these."""
    council, asker = at.made.people.council, at.everything
    return [
        SubjectRequest(council=council, asked_by=asker, **{kind: one})
        for one in about_them(at)
        for kind in ("person" if isinstance(one, User) else "case",)
    ]


def themselves(at: SimpleNamespace) -> list[object]:
    return [at.everything]


# By permission: what is their own, on which they may not use it.
DECIDES: dict[str, Own] = {
    "actions.sign_off": action,
    "actions.change_date": action,
    "actions.withdraw_action": action,
    "actions.review_action": action,
    "actions.answer_impact": action,
    "actions.reassign_action": action,
    "audits.advise_on_grade": audits,
    "audits.reopen_audit": audits,
    "audits.mark_raised": audits,
    "audits.authorise_loop": loops,
    "audits.link_loop": loops,
    "programme.reassign_audit": audits,
    "moderation.choose": audits,
    "moderation.assign": moderations,
    "moderation.moderate": moderations,
    "moderation.decide": moderations,
    "moderation.decide_leftover": moderations,
    "moderation.run_calibration": lambda at: [at.calibration],
    "moderation.grade_in_calibration": lambda at: [at.calibration],
    "escalation.hold": lambda at: [at.late],
    "escalation.let_go": lambda at: [at.held],
    "escalation.answer_concern": lambda at: [at.raised],
    "escalation.hand_over_concern": lambda at: [at.about],
    "escalation.resolve_concern": lambda at: [at.about],
    "feedback.show_praise": lambda at: [at.praise],
    "people.change_posts": themselves,
    "people.hand_over_work": themselves,
    "people.take_factors_away": themselves,
    "people.review_holding": lambda at: [at.everything.holdings.get()],
    "partners.invite_partner": audits,
    "reporting.publish_report": lambda at: [at.version],
    "reporting.respond": lambda at: [at.version],
    "retention.answer_subject": about_them,
    "retention.approve_run": lambda at: [at.run, at.after_lifting],
    "retention.decide_run": lambda at: [at.run],
    "retention.open_file": asked_about_them,
    "supervision.write_note": themselves,
}
# What decides on nobody's work: doing one's own part, seeing, planning, or keeping what belongs to everybody.
ELSE = {
    "actions.do_action": "one's own to do",
    "actions.record_any": "begins something",
    "actions.reassign_any": "opens a page; each action is asked for by itself",
    "actions.see_supervision": "sees",
    "audits.fill_audit": "one's own part",
    "audits.fill_loop": "one's own part",
    "audits.query_grade": "asks",
    "audits.record_action": "one's own part",
    "audits.return_audit": "one's own part; the grade is moderated by others",
    "audits.see_being_audited": "sees",
    "audits.see_lists": "sees",
    "audits.set_meeting": "one's own part",
    "audits.start_session": "one's own part",
    "cases.import_cases": "imports the whole list of cases, which leaves a line with its counts",
    "cases.see_cases": "sees",
    "core.move_clock": "only in a demo",
    "core.retry_job": "runs again what was to run",
    "core.retry_message": "sends again what was to be sent",
    "core.see_all_messages": "sees",
    "core.see_jobs": "sees",
    "core.see_trail": "sees",
    "escalation.reopen_concern": "opens again, which ends nothing",
    "escalation.run_concern": "one's own concern",
    "escalation.see_concerns": "sees",
    "escalation.see_late": "sees",
    "escalation.see_learning": "sees",
    "evidence.add_to_action": "one's own part",
    "evidence.add_to_audit": "one's own part",
    "evidence.remove_file": "one's own upload; the QA team only without a part",
    "evidence.remove_file_later": "the QA team only without a part",
    "evidence.share_file": "one's own upload",
    "feedback.import_replies": "types in",
    "feedback.lift_warning": "about a case, and nobody's work",
    "feedback.read_totals": "sees",
    "feedback.record_reply": "types in; never about one's own work (test below)",
    "feedback.record_summary": "types in",
    "feedback.run_survey": "asks many",
    "feedback.see_feedback": "sees",
    "feedback.tag_reply": "tags",
    "feedback.write_praise": "writes; another shows it",
    "learning.change_activity": "keeps a list",
    "learning.code": "sees",
    "learning.code_blind": "codes apart from the other",
    "learning.code_extract": "codes",
    "learning.manage_theme": "keeps a list",
    "learning.manage_themes": "keeps a list",
    "learning.open_round": "draws by chance",
    "learning.record_activity": "keeps a list",
    "learning.see_themes": "sees",
    "moderation.have_grading": "sees one's own",
    "moderation.meet": "writes down what two agreed; the other signs nothing away",
    "moderation.run_calibrations": "opens a page; each exercise is asked for by itself",
    "moderation.run_panels": "opens a page; each audit is asked for by itself",
    "moderation.run_rounds": "draws by chance",
    "moderation.see_calibrations": "sees",
    "moderation.see_moderations": "sees",
    "moderation.see_trust": "sees",
    "partners.see_partners": "sees",
    "people.add_person": "begins something",
    "people.choose_sign_in": "sets the council's rule for everybody",
    "people.import_staff": "imports the whole staff list; rows about oneself are refused, sensitive ones take two",
    "people.review_access": "opens a page; each post is asked for by itself",
    "people.see_access": "sees",
    "people.see_left_work": "sees",
    "people.see_people": "sees",
    "people.see_sign_in": "sees",
    "programme.allocate_audit": "the rules of allocation keep parties out",
    "programme.draw_files": "draws by chance",
    "programme.exclude_audit": "asks; who decides is asked below",
    "programme.extend_audit": "asks; who decides is asked below",
    "programme.give_share": "adds chance",
    "programme.have_allocations": "sees",
    "programme.run_programme": "plans",
    "programme.see_board": "sees",
    "programme.see_representation": "sees",
    "programme.see_requests": "sees",
    "reporting.begin_report": "begins something",
    "reporting.keep_tokens": "lists and revokes",
    "reporting.make_pack": "begins something",
    "reporting.make_token": "a token reads no more than its maker",
    "reporting.note_figure": "writes",
    "reporting.read_every_version": "sees",
    "reporting.see_figures": "sees",
    "reporting.see_grades": "sees",
    "reporting.see_pack_key": "sees",
    "reporting.see_packs": "sees",
    "reporting.see_reports": "sees",
    "reporting.write_report": "writes; another issues it",
    "retention.hold": "keeps, and erases nothing",
    "retention.propose_run": "proposes; another decides",
    "retention.see_data_protection": "sees",
    "retention.see_holds": "sees",
    "retention.see_items": "sees",
    "standards.approve_framework": "the service refuses the one who proposed it (tests/standards)",
    "standards.change_calendar": "keeps a list",
    "standards.see_calendar": "sees",
    "standards.see_frameworks": "sees",
    "standards.write_framework": "proposes; another approves",
    "supervision.acknowledge_note": "one's own",
    "supervision.correct_note": "the author's own words, which stay beside the correction",
    "supervision.see_supervision": "sees",
    "supervision.share_note": "one's own",
}


def test_every_permission_is_known_to_decide_or_not():
    assert set(permissions) == set(DECIDES) | set(ELSE)
    assert set(DECIDES) & set(ELSE) == set()


def who_is_everything(people) -> User:
    """Somebody who holds a post with every role, at the top of the council, above everybody."""
    kind = PostTypeFactory(
        council=people.council, code="ALL", title="All", roles=[role.value for role in Role]
    )
    top = people.director.holdings.get().post
    post = PostFactory(council=people.council, unit=top.unit, type=kind)
    Post.objects.filter(pk=top.pk).update(reports_to=post)
    user = UserFactory(council=people.council, name="Everything")
    PostHoldingFactory(post=post, user=user)
    return user


@pytest.fixture
def at() -> SimpleNamespace:
    """Somebody with every role, and something of each kind that is their own."""
    made = things()
    people = made.people
    all_ = who_is_everything(people)

    def auditing(audit: Audit) -> Audit:
        Audit.objects.filter(pk=audit.pk).update(auditor=all_)
        return Audit.objects.get(pk=audit.pk)

    def working(audit: Audit) -> Audit:
        Audit.objects.filter(pk=audit.pk).update(worker=all_)
        return Audit.objects.get(pk=audit.pk)

    as_auditor, as_worker = auditing(made.returned), working(made.open)
    given, disputed = made.given, made.disputed
    auditing(given.audit)
    working(disputed.audit)
    Moderation.objects.filter(pk__in=[given.pk, disputed.pk]).update(moderator=all_)
    Action.objects.filter(pk=made.action.pk).update(owner=all_, asked=[all_.pk], state="done")
    Loop.objects.filter(audit=made.returned).update(state="submitted", submitted_by=people.manager)
    Loop.objects.create(audit=as_worker, council=people.council, before="good", begun_at=NOW)
    Calibration.objects.filter(pk=made.calibration.pk).update(audit=as_worker)
    made.calibration.grades.create(rater=all_)
    Overdue.objects.filter(pk=made.late.pk).update(late=all_)
    Hold.objects.filter(pk=made.held.pk).update(kind="audit", subject_id=made.late.subject_id)
    OfficerEscalation.objects.filter(pk=made.concern.pk).update(officer=all_)
    stage = made.concern.stages.get()
    StagePerson.objects.create(stage=stage, user=all_, part="to", roles="manager")
    about = OfficerEscalation.objects.create(
        council=people.council,
        version=made.version,
        ladder="cp_chair",
        ladder_title="Escalation",
        number=99,
        officer=people.moderator,
        worker=all_,
        solvers=["council.senior_leader"],
        concern="No visit",
        expectation="A visit",
        raised_at=NOW,
    )
    made.report.versions.update(built_by=all_)
    run = Run(council=people.council, proposed_by=all_, proposed_at=NOW)
    after_lifting = Run(council=people.council, proposed_by=people.officer, proposed_at=NOW)
    type(made.kept_back).objects.update(lifted_by=all_, lifted_at=NOW)
    praise = Praise(reply=made.reply, written_by=all_)
    return SimpleNamespace(
        everything=all_,
        made=made,
        as_auditor=as_auditor,
        as_worker=as_worker,
        moderated_as_auditor=Moderation.objects.get(pk=given.pk),
        moderated_as_worker=Moderation.objects.get(pk=disputed.pk),
        action=Action.objects.get(pk=made.action.pk),
        loop_as_auditor=Loop.objects.get(audit=as_auditor),
        loop_as_worker=Loop.objects.get(audit=as_worker),
        calibration=Calibration.objects.get(pk=made.calibration.pk),
        late=Overdue.objects.get(pk=made.late.pk),
        held=Hold.objects.get(pk=made.held.pk),
        raised=OfficerEscalation.objects.get(pk=made.concern.pk),
        about=about,
        version=made.report.versions.get(),
        run=run,
        after_lifting=after_lifting,
        praise=praise,
    )


def test_whoever_holds_every_role_is_refused_on_their_own(at):
    user = User.objects.get(pk=at.everything.pk)

    allowed = [
        f"{permission} on {type(thing).__name__} {number}"
        for permission, own in DECIDES.items()
        for number, thing in enumerate(own(at))
        if user.has_perm(permission, thing)
    ]

    assert allowed == []
    reply = type(at.made.reply)(council=at.made.people.council, audit=at.as_worker)
    assert not user.has_perm("feedback.record_reply", reply)


def test_the_same_person_may_where_it_is_not_their_own(at):
    """So that the refusals above are for the part they have, and not for want of a role."""
    user, made = User.objects.get(pk=at.everything.pk), at.made
    free = made.finished
    others = {
        "audits.advise_on_grade": free.audit,
        "audits.reopen_audit": free.audit,
        "programme.reassign_audit": free.audit,
        "moderation.choose": free.audit,
        "moderation.assign": made.disagreed,
        "moderation.decide_leftover": made.disagreed,
        "people.change_posts": made.people.worker,
        "people.hand_over_work": made.people.former,
        "people.take_factors_away": made.people.worker,
        "people.review_holding": made.people.worker.holdings.get(),
        "partners.invite_partner": free.audit,
        "retention.answer_subject": free.audit.case,
        "retention.approve_run": Run(
            council=made.people.council,
            proposed_by=made.people.officer,
            proposed_at=NOW + AFTER_LIFTING + timedelta(days=1),
        ),
        "retention.decide_run": Run(council=made.people.council, proposed_by=made.people.officer),
        "retention.open_file": SubjectRequest(
            council=made.people.council, asked_by=user, case=free.audit.case
        ),
        "feedback.show_praise": Praise(reply=made.reply, written_by=made.people.qa_head),
        "escalation.hold": Overdue(
            council=made.people.council, late=made.people.worker, paused_by=["qa_head"]
        ),
        "actions.reassign_action": Action.objects.exclude(owner=user).first(),
        "actions.review_action": Action.objects.exclude(owner=user).filter(state="open").first(),
    }

    assert [name for name, thing in others.items() if not user.has_perm(name, thing)] == []


@pytest.mark.parametrize("kind", [DateChange.Kind.EXTENSION, DateChange.Kind.EXCLUSION])
def test_nobody_decides_on_more_time_for_their_own_audit(at, kind):
    today = clock.today()

    for audit in (at.as_auditor, at.as_worker):
        found = Audit.objects.with_edition().with_people().get(pk=audit.pk)
        assert not rights(found, kind, on=today).may_decide(at.everything)

"""Replies of which somebody knows whose they are, worries in them, and the safe-contact gate."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from actions.models import Action
from cases.models import CaseFile
from core.moves import Refused
from feedback.models import ContactWarning, Invitation, Reply
from feedback.services import replies
from feedback.services.contact import lift_warning, refuse_unsafe, warn
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.states import Outcome
from standards.instruments import Asked, Instrument
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
ON = NOW.date()
SAID = {"role": "Mother", "s1": "7", "s9": "0", "change": "Ring back"}


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def audit(version, people):
    return audit_at("in_session", people, version)


def sheet(**changes):
    given = {
        "instrument": "audit_family",
        "way": "call",
        "outcome": "answered",
        "received_on": ON,
        "answers": SAID,
        "relation": "Mother",
    }
    return Sheet(**(given | changes))


def test_the_auditor_types_a_call_in(people, audit):
    reply = record_reply(sheet(), Subject.of_audit(audit), by=people.auditor, at=NOW)

    assert reply.answers == {"role": "Mother", "s1": 7, "s9": 0, "change": "Ring back"}
    assert (reply.privacy, reply.audit, reply.case, reply.worry) == (
        "identified",
        audit,
        audit.case,
        False,
    )


def test_the_same_form_twice_is_one_reply(people, audit):
    token = uuid4()

    first, second = (
        record_reply(sheet(), Subject.of_audit(audit), by=people.auditor, at=NOW, form_token=token)
        for _ in range(2)
    )

    assert first == second
    assert Reply.objects.count() == 1


@pytest.mark.parametrize("outcome", [one for one in Outcome if one != "answered"])
def test_what_came_of_asking_is_kept_with_its_reason_and_without_answers(people, audit, outcome):
    given = sheet(outcome=outcome, reason="Three calls")

    reply = record_reply(given, Subject.of_audit(audit), by=people.auditor, at=NOW)

    assert (reply.outcome, reply.reason, reply.answers) == (outcome, "Three calls", {})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outcome": "declined"}, "Say what was tried, or why there is no answer."),
        ({"outcome": "no_reply", "reason": " "}, "Say what was tried, or why there is no answer."),
        ({"answers": {}}, "Enter at least one answer, or say what came of asking."),
        ({"answers": {"s1": ""}}, "Enter at least one answer, or say what came of asking."),
        ({"received_on": ON + timedelta(days=1)}, "Enter a day that is not in the future."),
        (
            {"answers": {"s1": "11"}},
            "1. The worker listens and really wants to understand my family: Choose a number from 0 to 10.",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(people, audit, changes, says):
    with pytest.raises(Refused) as refused:
        record_reply(sheet(**changes), Subject.of_audit(audit), by=people.auditor, at=NOW)

    assert refused.value.problems == (says,)
    assert Reply.objects.count() == 0


@pytest.mark.parametrize("code", ["parent_survey", "health_check"])
def test_what_is_anonymous_is_never_a_reply(people, audit, code):
    with pytest.raises(Refused, match="anonymous"):
        record_reply(sheet(instrument=code), Subject.of_audit(audit), by=people.officer, at=NOW)


def test_the_database_refuses_an_anonymous_reply(people, audit):
    reply = record_reply(sheet(), Subject.of_audit(audit), by=people.auditor, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.filter(pk=reply.pk).update(privacy="anonymous")


@pytest.mark.parametrize(
    "who", ["worker", "second", "stranger", "manager", "director", "administrator", "reader"]
)
def test_nobody_else_types_a_reply_in(people, audit, who):
    with pytest.raises(PermissionDenied):
        record_reply(sheet(), Subject.of_audit(audit), by=getattr(people, who), at=NOW)

    assert Reply.objects.count() == 0


def test_the_qa_team_types_in_and_another_councils_does_not(people, audit):
    record_reply(sheet(), Subject.of_audit(audit), by=people.officer, at=NOW)

    with pytest.raises(PermissionDenied):
        record_reply(sheet(), Subject.of_audit(audit), by=cast("eastmere").officer, at=NOW)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("auditor", True),
        ("officer", True),
        ("qa_head", True),
        ("worker", False),
        ("stranger", False),
        ("manager", False),
        ("administrator", False),
        ("reader", False),
    ],
)
def test_before_the_return_the_auditor_and_the_qa_team_read_it(people, audit, who, sees):
    record_reply(sheet(), Subject.of_audit(audit), by=people.auditor, at=NOW)

    assert Reply.objects.visible_to(getattr(people, who), ON).exists() == sees


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("worker", True),
        ("manager", True),
        ("service_manager", True),
        ("head", True),
        ("director", False),
        ("stranger", False),
        ("reader", False),
        ("administrator", False),
    ],
)
def test_after_the_return_those_read_it_whom_the_framework_names(version, people, who, sees):
    audit = audit_at("returned", people, version)
    record_reply(sheet(), Subject.of_audit(audit), by=people.auditor, at=NOW)

    assert Reply.objects.visible_to(getattr(people, who), ON).exists() == sees


def test_another_council_reads_nothing(people, audit):
    record_reply(sheet(), Subject.of_audit(audit), by=people.auditor, at=NOW)

    others = cast("eastmere").everybody().values()
    assert not any(Reply.objects.visible_to(person, ON).exists() for person in others)


class TestWorry:
    @pytest.fixture
    def worrying(self, version, monkeypatch):
        """The family's form with a question about worries, which the service manager follows up."""
        asked = Asked("worried", "Is there something that worries you?", "long_text", worry=True)
        form = Instrument(
            "audit_family",
            "Family",
            "identified",
            fields=(asked, Asked("said", "What else?", "long_text")),
            worries_to=("worker.next_level",),
        )
        monkeypatch.setattr(replies, "_instrument", lambda about, code: form)
        return form

    def test_a_worry_gives_a_task_with_a_date_and_none_of_the_words(self, people, audit, worrying):
        given = sheet(answers={"worried": "He shouts at her"})

        reply = record_reply(given, Subject.of_audit(audit), by=people.auditor, at=NOW)

        task = Action.objects.raised_by("reply", reply.pk).get()
        assert (reply.worry, task.owner, task.state) == (True, people.service_manager, "open")
        assert task.due_on == ON + timedelta(days=1 if ON.weekday() < 4 else 7 - ON.weekday())
        assert "shouts" not in f"{task.what}{task.why}{task.source_label}"

    def test_without_a_worry_there_is_no_task(self, people, audit, worrying):
        given = sheet(answers={"said": "Nothing"})

        reply = record_reply(given, Subject.of_audit(audit), by=people.auditor, at=NOW)

        assert (reply.worry, Action.objects.raised_by("reply", reply.pk).count()) == (False, 0)

    def test_a_vacant_post_leaves_it_to_the_head_of_qa(self, people, audit, worrying):
        for person in (
            people.service_manager,
            people.head,
            people.deputy_director,
            people.director,
        ):
            person.holdings.update(to_on=date(2026, 1, 1))

        reply = record_reply(
            sheet(answers={"worried": "Yes"}), Subject.of_audit(audit), by=people.auditor, at=NOW
        )

        assert Action.objects.raised_by("reply", reply.pk).get().owner == people.qa_head


def test_a_worry_about_a_case_reaches_the_service_manager_of_its_worker(people, version):
    case = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=case, user=people.worker)
    form = edition(version).instrument("conference_forms")
    field = next(one for one in form.fields if one.worry)
    given = Sheet("conference_forms", "paper", "answered", ON, {field.code: "yes"})

    reply = record_reply(
        given, Subject(people.council, version, case=case), by=people.officer, at=NOW
    )

    assert Action.objects.raised_by("reply", reply.pk).get().owner == people.service_manager


class TestContact:
    @pytest.fixture
    def link(self, audit, people):
        return Invitation.objects.create(
            council=audit.council,
            version=audit.version,
            instrument="audit_family",
            audit=audit,
            case=audit.case,
            digest="0" * 64,
            draft={"s1": 3},
            made_by=people.auditor,
            made_at=NOW,
            expires_at=NOW + timedelta(days=30),
        )

    def test_a_warning_stands_until_it_is_lifted(self, people, audit):
        warning = warn(audit.case, "He reads her messages", by=people.worker, at=NOW)

        with pytest.raises(Refused, match="marked unsafe"):
            refuse_unsafe(audit.case)
        lift_warning(warning, by=people.manager, at=NOW)
        refuse_unsafe(audit.case)

    def test_a_warning_takes_links_back_that_nobody_has_used(self, people, audit, link):
        warn(audit.case, "He reads her messages", by=people.worker, at=NOW)

        link.refresh_from_db()
        assert (link.state, link.draft) == ("revoked", {})
        assert link.moves.get().by == people.worker

    def test_warning_twice_is_one_warning(self, people, audit):
        first = warn(audit.case, "One", by=people.worker, at=NOW)

        assert warn(audit.case, "Two", by=people.officer, at=NOW) == first
        assert ContactWarning.objects.count() == 1

    def test_a_warning_needs_a_reason_and_somebody_who_knows_the_case(self, people, audit):
        with pytest.raises(Refused, match="Say why"):
            warn(audit.case, " ", by=people.worker, at=NOW)
        for person in (people.stranger, cast("eastmere").officer):
            with pytest.raises(PermissionDenied):
                warn(audit.case, "Because", by=person, at=NOW)

    @pytest.mark.parametrize("who", ["worker", "stranger", "administrator", "moderator"])
    def test_who_does_not_manage_the_case_does_not_lift_it(self, people, audit, who):
        warning = warn(audit.case, "One", by=people.worker, at=NOW)

        with pytest.raises(PermissionDenied):
            lift_warning(warning, by=getattr(people, who), at=NOW)

    def test_lifting_twice_is_refused(self, people, audit):
        warning = warn(audit.case, "One", by=people.worker, at=NOW)
        lift_warning(warning, by=people.officer, at=NOW)

        with pytest.raises(Refused, match="already"):
            lift_warning(warning, by=people.officer, at=NOW)

    def test_warnings_are_read_by_those_who_open_the_case(self, people, audit):
        warn(audit.case, "One", by=people.worker, at=NOW)

        assert ContactWarning.objects.visible_to(people.worker, ON).count() == 1
        assert ContactWarning.objects.visible_to(people.stranger, ON).count() == 0
        assert CaseFile.objects.count() >= 1

"""Questions that are built once give each reader what a question gives that is built for them alone."""

import re
from datetime import date

import pytest
from django.urls import reverse

from actions.models import Action, ImpactAnswer
from audits.models import Reader
from core.prepared import DAY, Prepared, ask, text_of
from people.in_general import AboutPerson
from people.selectors import held_of, keep_held, person_behind
from reporting.selectors.in_general import Question
from tests.access.test_every_url import signed_in, things
from tests.factories.audits import NOW
from tests.factories.learning import learned
from tests.reporting.figures.audits import returned

pytestmark = pytest.mark.django_db
TWELVE = {"period": "12m"}


@pytest.fixture
def made(settings):
    settings.TEST_CLOCK = NOW
    found = things()
    people, version = found.people, found.version
    month = NOW.date().replace(day=1)
    returned(people, version, 3, grade="good", month=month, unit=people.team1)
    blind = returned(people, version, 2, grade="inadequate", month=month, worker=people.second)
    for who in (people.head, people.qa_head, people.officer):
        for audit in blind[:1]:
            Reader.objects.create(audit=audit, user=who, part="moderator", blind=True, since=NOW)
    done = Action.objects.exclude(opened_on=None).first()
    ImpactAnswer.objects.create(
        council=done.council, action=done, round=7, planned_on=NOW.date(), due_on=NOW.date(), made_at=NOW,
        asked=[people.manager.pk], answer="yes", by=people.manager, at=NOW,
    )  # fmt: skip
    learned(found.returned, people.officer, people.qa_head, label="Grandparents")
    return found


def built_for_the_person(self, user, on, more=None):
    """As `AboutPerson.rows`, but the question is built for the person, whose posts of the day stand on `DAY` too."""
    person = person_behind(user)
    keep_held(person, DAY, held_of(person, on))
    return ask(text_of(self.build(user)), {DAY: on, **(more or {})})


def page(user, **params):
    said = signed_in(user).get(reverse("dashboard"), params)
    assert said.status_code == 200
    # Only the token of the form and the minute of reading differ from one reading to the next.
    found = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", said.content.decode())
    return re.sub(r" at \d\d:\d\d", "", found)


def test_the_dashboard_says_to_everybody_what_questions_built_for_them_alone_say(made, monkeypatch):
    people = made.people.everybody()
    asked = [TWELVE, {**TWELVE, "service": made.people.service.pk}]
    in_general = {who: [page(user, **one) for one in asked] for who, user in people.items()}

    monkeypatch.setattr(Question, "general", lambda self, scope: None)
    monkeypatch.setattr(AboutPerson, "rows", built_for_the_person)
    alone = {who: [page(user, **one) for one in asked] for who, user in people.items()}

    for who, pages in in_general.items():
        for one, two in zip(pages, alone[who], strict=True):
            assert one.splitlines() == two.splitlines(), who
    # They are not all the same page: leaders read figures, and a service has fewer audits than the council.
    assert len({pages[0] for pages in alone.values()}) > 5
    assert alone["director"][0] != alone["director"][1]


def test_who_grades_blind_counts_no_audit_whose_grade_is_kept_from_them(made):
    Reader.objects.filter(blind=True).delete()
    before = page(made.people.head, **TWELVE)
    audit = returned(made.people, made.version, 1, grade="good", month=NOW.date().replace(day=1))[0]
    Reader.objects.create(
        audit=audit, user=made.people.head, part="moderator", blind=True, since=NOW
    )

    assert page(made.people.head, **TWELVE) == before
    assert page(made.people.director, **TWELVE) != before


def test_somebody_in_a_post_of_the_same_kind_gets_their_own_numbers(made):
    # The two managers of the cast hold posts alike, one of each team.
    returned(made.people, made.version, 4, grade="good", month=date(2026, 1, 1))

    pages = {who: page(getattr(made.people, who), **TWELVE) for who in ("auditor", "manager")}

    assert pages["auditor"] != pages["manager"]


def test_questions_are_not_built_again_for_people_alike(made, monkeypatch):
    first = made.people.director
    page(first, **TWELVE)
    built = []
    real = Prepared.__init__
    monkeypatch.setattr(
        Prepared, "__init__", lambda self, build: built.append(build) or real(self, build)
    )
    page(first, **TWELVE)

    assert built == []

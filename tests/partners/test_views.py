import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from audits.selectors import edition_of
from core.hiding import HideLinks
from partners import limit, selectors
from partners.models import Contribution, PartnerInvitation
from partners.services.inviting import withdraw
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.partners import EMAIL, NAME, invited, mailed

pytestmark = pytest.mark.django_db
BEXLEY = "fixtures/frameworks/bexley/1.yaml"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]*"')


@pytest.fixture
def people(settings) -> Cast:
    settings.TEST_CLOCK = NOW
    return cast("bexley")


@pytest.fixture
def audit(people) -> Audit:
    return audit_at("in_session", people, framework(BEXLEY))


def graded(audit: Audit) -> tuple[str, str, str]:
    """The code of a section with a question that has a grade, that question's, and one of its grades."""
    policy = edition_of(audit).policy
    for section in selectors.sections_of(audit):
        for question in section.questions:
            if found := selectors.grade_choices(question, policy):
                return section.code, question.code, found[-1][0]
    raise AssertionError("no question has a grade")


def text(answer) -> str:
    return answer.content.decode()


def test_the_qa_team_invites_by_the_page_and_the_partner_answers_by_the_link(audit, people):
    officer, partner = signed_in(people.officer), Client()
    section, question, grade = graded(audit)
    form = {
        "name": NAME,
        "agency": "Health visiting",
        "email": EMAIL,
        "sections": [section],
        "place": "Room 4, Civic Offices",
        "reference": "the child from the March meeting",
        "last_day_0": "17",
        "last_day_1": "11",
        "last_day_2": "2026",
    }
    assert officer.post(reverse("invite-partner", args=[audit.pk]), form).status_code == 302
    start = f"/invited/{mailed()}/"

    first = text(partner.get(start))
    asked = partner.get(f"{start}sections/{section}/")
    sent = {f"text-{question}": "We saw the child weekly.", f"grade-{question}": grade}
    saved = partner.post(f"{start}sections/{section}/", sent)
    done = partner.post(f"{start}hand-in/", follow=True)

    assert "Room 4, Civic Offices" in first
    assert "the child from the March meeting" in first
    assert "17 November 2026" in first
    assert "What good looks like" in text(asked)
    assert (saved.status_code, saved.headers["Location"]) == (302, start)
    assert "Handed in" in text(done)
    assert "We saw the child weekly." in text(done)
    for who in ("auditor", "worker", "officer"):
        page = text(signed_in(getattr(people, who)).get(reverse("audit-partners", args=[audit.pk])))
        assert "We saw the child weekly." in page
        assert NAME in page
        assert (EMAIL in page) == (who == "officer")


def test_what_is_not_handed_in_is_nobody_elses_to_read(audit, people):
    made = invited(audit, people.officer)
    Contribution.objects.create(
        invitation=made, question_code="q1", text="Half a thought", saved_at=NOW
    )

    page = text(signed_in(people.officer).get(reverse("audit-partners", args=[audit.pk])))

    assert "Half a thought" not in page


def test_the_partner_sees_neither_child_nor_people_nor_grade_nor_what_others_say(audit, people):
    other = invited(audit, people.officer, agency="Police", name="Peter Constable")
    question = selectors.sections_of(audit)[0].questions[0].code
    other.contributions.create(question_code=question, text="The police say", saved_at=NOW)
    Audit.objects.filter(pk=audit.pk).update(grade="inadequate")
    audit.answers.update(text="Canary of the auditor")
    secret = invited(audit, people.officer) and mailed()
    section = selectors.sections_of(audit)[0].code
    client = Client()

    pages = text(client.get(f"/invited/{secret}/")) + text(
        client.get(f"/invited/{secret}/sections/{section}/")
    )

    for word in (
        audit.case.number,
        audit.reference,
        people.worker.name,
        people.auditor.name,
        people.officer.name,
        "The police say",
        "Peter Constable",
        "Canary of the auditor",
        "Sign out",
    ):
        assert word not in pages
    assert "the child you were told about" in pages


def test_the_case_number_is_told_only_if_the_qa_team_says_so(audit, people):
    invited(audit, people.officer, tells_case=True)

    assert f"(case {audit.case.number})" in text(Client().get(f"/invited/{mailed()}/"))


def dead_links(audit: Audit, people: Cast) -> list[str]:
    """A link that never was, one that is over, one that is taken back, and two that are cut or longer."""
    over = invited(audit, people.officer)
    first = mailed()
    PartnerInvitation.objects.filter(pk=over.pk).update(last_day=NOW.date() - timedelta(days=1))
    back = invited(audit, people.officer)
    second = mailed()
    withdraw(back, by=people.officer, at=NOW)
    invited(audit, people.officer)
    good = mailed()
    return ["0" * 43, first, second, good[:-1], good + "x"]


def test_every_link_that_does_not_work_gives_the_same_page(audit, people):
    client = Client()
    answers = [client.get(f"/invited/{one}/") for one in dead_links(audit, people)]

    assert {one.status_code for one in answers} == {404}
    assert len({TOKEN.sub("", text(one)) for one in answers}) == 1
    assert "This link does not work any more" in text(answers[0])
    assert "Ask who sent it" in text(answers[0])


def test_many_wrong_links_from_one_address_are_looked_at_no_more(audit, people):
    invited(audit, people.officer)
    good, client = f"/invited/{mailed()}/", Client()
    for _ in range(limit.WRONG):
        client.get("/invited/wrong/")

    assert client.get(good).status_code == 404
    assert Client(REMOTE_ADDR="192.0.2.7").get(good).status_code == 200
    cache.clear()
    assert client.get(good).status_code == 200


def test_with_its_link_a_browser_opens_nothing_else_of_the_service(audit, people):
    # Every other address: tests/access/test_every_url.py, whose browser has opened a partner's link too.
    invited(audit, people.officer)
    client = Client()
    assert client.get(f"/invited/{mailed()}/").status_code == 200

    for name in ("audit", "audit-partners", "invite-partner"):
        answer = client.get(reverse(name, args=[audit.pk]))
        assert answer.headers["Location"].startswith("/accounts/login/")
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_another_section_of_the_tool_is_not_opened(audit, people):
    invited(audit, people.officer)
    start, client = f"/invited/{mailed()}/", Client()
    codes = [one.code for one in selectors.sections_of(audit)]

    found = [client.get(f"{start}sections/{code}/").status_code for code in [*codes, "none"]]

    assert found == [200] + [404] * len(codes)


def test_words_that_come_too_late_are_handed_back(audit, people):
    made = invited(audit, people.officer)
    start, client = f"/invited/{mailed()}/", Client()
    section = selectors.sections_of(audit)[0]
    where, name = f"{start}sections/{section.code}/", f"text-{section.questions[0].code}"
    client.post(where, {name: "One"})
    client.post(f"{start}hand-in/")

    answer = client.post(where, {name: "Two, written in another window"})

    assert answer.status_code == 422
    assert ">\nTwo, written in another window</textarea>" in text(answer)
    assert "not saved" in text(answer)
    assert made.contributions.get().text == "One"
    assert client.get(where).headers["Location"] == start


def test_nothing_answered_is_not_handed_in(audit, people):
    invited(audit, people.officer)

    answer = Client().post(f"/invited/{mailed()}/hand-in/")

    assert answer.status_code == 422
    assert "Answer at least one question" in text(answer)


def test_the_link_is_kept_from_search_machines_caches_and_other_sites(audit, people):
    invited(audit, people.officer)

    answer = Client().get(f"/invited/{mailed()}/")

    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "sessionid" not in str(answer.cookies) + str(answer.headers)
    assert not {"qa", "__Host-qa"} & set(answer.cookies)


def test_the_log_hides_the_link(settings):
    import logging  # noqa: PLC0415

    record = logging.makeLogRecord(
        {"msg": "Not Found: %s", "args": ("/invited/AbC-12_x/sections/",)}
    )
    used = settings.LOGGING["handlers"]["console"]["filters"]
    for name in used:
        given = settings.LOGGING["filters"][name]
        if given["()"] == "core.hiding.HideLinks":
            HideLinks(given["under"]).filter(record)

    assert record.getMessage() == "Not Found: /invited/…/sections/"


def test_forms_say_what_is_missing(audit, people):
    officer = signed_in(people.officer)
    made = invited(audit, people.officer)

    blank = officer.post(reverse("invite-partner", args=[audit.pk]), {})
    gone = {"last_day_0": "1", "last_day_1": "11", "last_day_2": "2026"}
    late = officer.post(reverse("renew-partner", args=[audit.pk, made.pk]), gone)

    assert (blank.status_code, late.status_code) == (422, 422)
    assert "Choose at least one section." in text(blank)
    assert "The last day has gone." in text(late)


def test_the_usual_last_day_is_the_day_after_the_meeting(audit, people):
    today = NOW.date()
    audit.meeting_at = NOW + timedelta(days=3)
    assert selectors.usual_last_day(audit, today) == today + timedelta(days=4)
    audit.meeting_at = NOW - timedelta(days=3)
    assert selectors.usual_last_day(audit, today) == today + timedelta(days=28)


def test_the_link_is_taken_back_and_sent_anew_by_the_page(audit, people):
    officer = signed_in(people.officer)
    made = invited(audit, people.officer)
    first = mailed()

    officer.post(reverse("withdraw-partner", args=[audit.pk, made.pk]))
    assert Client().get(f"/invited/{first}/").status_code == 404
    day = {"last_day_0": "17", "last_day_1": "11", "last_day_2": "2026"}
    officer.post(reverse("renew-partner", args=[audit.pk, made.pk]), day)

    assert Client().get(f"/invited/{mailed()}/").status_code == 200


def test_the_audits_page_asks_for_the_fragment_and_links_to_it_without_scripts(audit, people):
    invited(audit, people.officer)
    where = reverse("audit-partners", args=[audit.pk])
    page = text(signed_in(people.auditor).get(reverse("audit", args=[audit.pk])))
    assert f'hx-get="{where}"' in page
    assert f'href="{where}"' in page

    part = text(signed_in(people.auditor).get(where, headers={"HX-Request": "true"}))

    assert "Health visiting" in part
    assert "<html" not in part


def test_the_list_takes_as_many_queries_for_three_as_for_one(audit, people):
    client, where = signed_in(people.officer), reverse("audit-partners", args=[audit.pk])
    counts = []
    for number in (1, 2):
        for _ in range(number):
            invited(audit, people.officer)
        client.get(where)
        with CaptureQueriesContext(connection) as queries:
            client.get(where)
        counts.append(len(queries))

    assert counts[0] == counts[1]

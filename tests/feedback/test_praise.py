"""Recognition: written anew without names by one person, shown by another."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.moves import Refused
from feedback.models import Praise, Reply
from feedback.services.praising import show_praise, write_praise
from feedback.services.replies import Sheet, Subject, record_reply
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
TEXT = "A colleague rang each of four grandparents until a safe home was found."


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def reply(people, version):
    sheet = Sheet(
        "recognition", "log", "answered", NOW.date(), {"why": "Rang and rang"}, respondent="Ann Lee"
    )
    return record_reply(sheet, Subject(people.council, version), by=people.officer, at=NOW)


def as_(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_one_writes_and_another_shows(people, reply):
    praise = write_praise(reply, TEXT, by=people.officer, at=NOW)

    with pytest.raises(PermissionDenied):
        show_praise(praise, written_at=praise.written_at, by=people.officer, at=NOW)
    show_praise(praise, written_at=praise.written_at, by=people.qa_head, at=NOW)

    praise.refresh_from_db()
    assert (praise.text, praise.shown_by) == (TEXT, people.qa_head)


def test_who_changes_the_text_last_does_not_show_it(people, reply):
    write_praise(reply, TEXT, by=people.officer, at=NOW)
    praise = write_praise(reply, f"{TEXT} Well done.", by=people.qa_head, at=NOW)

    with pytest.raises(PermissionDenied):
        show_praise(praise, written_at=praise.written_at, by=people.qa_head, at=NOW)
    assert Praise.objects.count() == 1


def test_the_database_refuses_one_who_does_both(people, reply):
    praise = write_praise(reply, TEXT, by=people.officer, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Praise.objects.filter(pk=praise.pk).update(shown_by=people.officer, shown_at=NOW)


@pytest.mark.parametrize(
    ("text", "says"),
    [(" ", "Write what"), ("Thanks to ann lee!", "holds the name")],
)
def test_a_text_without_words_or_with_the_name_is_refused(people, reply, text, says):
    with pytest.raises(Refused, match=says):
        write_praise(reply, text, by=people.officer, at=NOW)


def test_what_is_shown_is_not_changed_or_shown_again(people, reply):
    praise = write_praise(reply, TEXT, by=people.officer, at=NOW)
    show_praise(praise, written_at=praise.written_at, by=people.qa_head, at=NOW)

    with pytest.raises(Refused, match="shown already"):
        write_praise(reply, "Other", by=people.officer, at=NOW)
    with pytest.raises(Refused, match="shown already"):
        show_praise(praise, written_at=praise.written_at, by=people.qa_head, at=NOW)


def test_what_the_framework_does_not_publish_is_never_shown(people, version):
    sheet = Sheet("complaints", "log", "answered", NOW.date(), {"kind": "compliment"})
    reply = record_reply(sheet, Subject(people.council, version), by=people.officer, at=NOW)

    with pytest.raises(Refused, match="not shown"):
        write_praise(reply, TEXT, by=people.officer, at=NOW)


@pytest.mark.parametrize("who", ["worker", "manager", "director", "administrator"])
def test_only_the_qa_team_writes(people, reply, who):
    with pytest.raises(PermissionDenied):
        write_praise(reply, TEXT, by=getattr(people, who), at=NOW)


def test_all_staff_read_what_is_shown_and_nothing_else(people, reply):
    praise = write_praise(reply, TEXT, by=people.officer, at=NOW)
    url = reverse("recognition")
    assert TEXT in as_(people.qa_head).get(url).content.decode()
    assert TEXT not in as_(people.worker).get(url).content.decode()

    page = as_(people.qa_head).get(url).content.decode()
    shown = re.search(r'name="written_at" value="([^"]+)"', page).group(1)
    as_(people.qa_head).post(reverse("show-praise", args=[praise.pk]), {"written_at": shown})

    page = as_(people.worker).get(url).content.decode()
    assert TEXT in page
    assert "Ann Lee" not in page
    assert TEXT not in as_(people.former).get(url).content.decode()
    assert TEXT not in as_(cast("eastmere").officer).get(url).content.decode()


def test_the_qa_team_writes_it_from_the_nominations_page(people, reply):
    client = as_(people.officer)
    url = reverse("write-praise", args=[reply.key])
    assert url in client.get(reverse("reply", args=[reply.key])).content.decode()
    assert "Rang and rang" in client.get(url).content.decode()

    assert client.post(url, {"text": ""}).status_code == 422
    client.post(url, {"text": TEXT})

    assert Praise.objects.get().text == TEXT
    assert as_(people.worker).get(url).status_code == 403


# --- reading what is shown -----------------------------------------------------------------------


def test_who_entered_the_nomination_does_not_show_it(people, reply):
    praise = write_praise(reply, TEXT, by=people.qa_head, at=NOW)

    with pytest.raises(PermissionDenied):
        show_praise(praise, written_at=praise.written_at, by=people.officer, at=NOW)
    page = as_(people.officer).get(reverse("recognition")).content.decode()
    assert TEXT in page
    assert "show it to all staff" not in page


@pytest.mark.parametrize("read_at", [None, NOW - timedelta(minutes=1)])
def test_a_text_that_was_changed_after_somebody_read_it_is_not_shown(people, reply, read_at):
    praise = write_praise(reply, TEXT, by=people.officer, at=NOW)

    with pytest.raises(Refused, match="changed since you read it"):
        show_praise(praise, written_at=read_at, by=people.qa_head, at=NOW)


@pytest.mark.parametrize("typed", ["", "yesterday", "2026-02-31T00:00:00", "2026-01-01T00:00:00"])
def test_what_says_nothing_of_the_text_that_was_read_shows_nothing(people, reply, typed):
    praise = write_praise(reply, TEXT, by=people.officer, at=NOW)
    url = reverse("show-praise", args=[praise.pk])

    answer = as_(people.qa_head).post(url, {"written_at": typed})

    praise.refresh_from_db()
    assert (answer.status_code, praise.shown_at) == (422, None)


# --- nominating ----------------------------------------------------------------------------------

NOMINATE = ["recognition"]


def nominated(**changes):
    on = NOW.date()
    day = {"received_on_0": on.day, "received_on_1": on.month, "received_on_2": on.year}
    return {**day, "said-who": "Ann Lee", "said-why": "Rang and rang", **changes}


@pytest.mark.parametrize(
    "who", ["worker", "auditor", "manager", "head", "director", "moderator", "reader", "officer"]
)
def test_all_staff_nominate_and_read_nothing_of_it_back(people, who):
    client = as_(getattr(people, who))
    url = reverse("type-in-reply", args=NOMINATE)
    assert f'href="{url}"' in client.get(reverse("recognition")).content.decode()

    answer = client.post(url, nominated(), follow=True)

    reply = Reply.objects.get()
    assert (reply.instrument, reply.answers) == (
        "recognition",
        {"who": "Ann Lee", "why": "Rang and rang"},
    )
    there = reverse("reply", args=[reply.key]) if who == "officer" else reverse("recognition")
    assert answer.redirect_chain == [(there, 302)]
    assert answer.status_code == 200
    assert "The reply is kept." in answer.content.decode()
    assert ("Rang and rang" in answer.content.decode()) is (who == "officer")


def test_who_left_nominates_nobody(people):
    client = as_(people.former)
    url = reverse("type-in-reply", args=NOMINATE)

    assert url not in client.get(reverse("recognition")).content.decode()
    assert client.post(url, nominated()).status_code == 403


def test_a_nomination_is_about_no_case_and_always_an_answer(people):
    client = as_(people.worker)
    url = reverse("type-in-reply", args=NOMINATE)

    page = client.get(url).content.decode()
    client.post(url, nominated(case_number="1", outcome="declined", way="call", relation="x"))

    for words in ("Case number", "What came of it?", "How?", "there is no answer", "Who answered?"):
        assert words not in page
    reply = Reply.objects.get()
    assert (reply.case, reply.outcome, reply.way, reply.relation) == (None, "answered", "log", "")


def test_an_empty_nomination_is_not_kept(people):
    url = reverse("type-in-reply", args=NOMINATE)

    answer = as_(people.worker).post(url, nominated(**{"said-who": "", "said-why": ""}))

    assert (answer.status_code, Reply.objects.count()) == (422, 0)

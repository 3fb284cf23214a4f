import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Notice
from tests.factories.core import AT, NoticeFactory
from tests.factories.people import CouncilFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def signed_in(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def subjects(answer):
    return re.findall(r'type="submit">(No\..*?)</button>', answer.content.decode())


def test_health_says_that_the_process_lives(client):
    answer = client.get("/health/")

    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "ok"})


@pytest.mark.parametrize("address", ["/health/", "/accessibility/", "/brand.css", "/messages/"])
def test_a_page_that_only_shows_takes_no_post(signed_in, address):
    assert signed_in.post(address).status_code == 405


def test_the_accessibility_page_is_open_to_everybody(client):
    assert (
        "Web Content Accessibility Guidelines 2.2" in client.get("/accessibility/").content.decode()
    )


@pytest.mark.parametrize(
    ("colour", "shown"),
    [
        ("#00703c", "#00703c"),
        ("#00703C", "#00703C"),
        ("", "#12436d"),
        ("red", "#12436d"),
        ("#0070", "#12436d"),
        ("#00703g", "#12436d"),
        ("#;}*{x:", "#12436d"),
        ("00703cc", "#12436d"),
    ],
)
def test_the_brand_is_one_colour_and_nothing_else(signed_in, user, colour, shown):
    user.council.brand_colour = colour
    user.council.save()

    answer = signed_in.get("/brand.css")

    assert answer.content.decode() == f":root{{--qa-brand:{shown}}}"
    assert answer.headers["Content-Type"] == "text/css"


def test_somebody_without_a_council_has_the_plain_colour(signed_in, user):
    user.council = None
    user.save()

    assert signed_in.get("/brand.css").content == b":root{--qa-brand:#12436d}"


def test_every_page_shows_the_persons_own_council(signed_in, user):
    CouncilFactory(name="Another council")
    user.council.name = "Eastmere & Holt"
    user.council.save()

    page = signed_in.get("/messages/").content.decode()

    assert re.findall(r'qa-header__council">(.*?)</span>', page) == ["Eastmere &amp; Holt"]


def test_a_page_without_a_sign_in_names_no_council(client):
    CouncilFactory(name="Eastmere")

    page = client.get("/accounts/login/").content.decode()

    assert "QA Framework" in page
    assert "Eastmere" not in page


def test_an_inbox_without_messages_says_so(signed_in):
    NoticeFactory(subject="No. 1")

    answer = signed_in.get("/messages/")

    assert "You have no messages." in answer.content.decode()
    assert subjects(answer) == []


@pytest.mark.parametrize(
    ("page", "numbers"),
    [
        ("", range(1, 26)),
        ("?page=2", range(26, 51)),
        ("?page=3", range(51, 53)),
        ("?page=99", range(51, 53)),
        ("?page=x", range(1, 26)),
        ("?page=-1", range(51, 53)),
    ],
)
def test_the_inbox_shows_25_of_ones_own_messages_newest_first(signed_in, user, page, numbers):
    for number in range(1, 53):
        NoticeFactory(to=user, subject=f"No. {number}", made_at=AT - timedelta(minutes=number))
    NoticeFactory(subject="No. of somebody else")

    assert subjects(signed_in.get(f"/messages/{page}")) == [f"No. {number}" for number in numbers]


def test_the_inbox_shows_what_is_new_when_it_came_and_its_words_as_text(signed_in, user):
    NoticeFactory(to=user, subject="No. 1 <b>", text="<i>Ready</i>")
    NoticeFactory(to=user, subject="No. 2", read_at=AT)

    answer = signed_in.get("/messages/")

    page = answer.content.decode()
    assert subjects(answer) == ["No. 2", "No. 1 &lt;b&gt;"]
    assert page.count(">New</strong>") == 1
    assert "&lt;i&gt;Ready&lt;/i&gt;" in page
    assert "4 May 2026 at 14:30" in page


def test_the_inbox_asks_the_database_as_often_for_three_messages_as_for_one(signed_in, user):
    counts = []
    for more in (1, 2):
        NoticeFactory.create_batch(more, to=user)
        with CaptureQueriesContext(connection) as asked:
            signed_in.get("/messages/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(("path", "leads"), [("/audits/7/", "/audits/7/"), ("", "/messages/")])
def test_opening_a_message_leads_to_what_it_is_about(signed_in, user, path, leads):
    notice = NoticeFactory(to=user, path=path)

    answer = signed_in.post(f"/messages/{notice.pk}/")

    assert (answer.status_code, answer.headers["Location"]) == (302, leads)


def test_a_message_is_read_when_it_is_first_opened(signed_in, user):
    notice = NoticeFactory(to=user)

    signed_in.post(f"/messages/{notice.pk}/")
    first = Notice.objects.get().read_at
    signed_in.post(f"/messages/{notice.pk}/")

    assert first is not None
    assert Notice.objects.get().read_at == first


def test_a_message_is_not_read_by_a_link(signed_in, user):
    notice = NoticeFactory(to=user)

    assert signed_in.get(f"/messages/{notice.pk}/").status_code == 405
    assert Notice.objects.get().read_at is None


def test_nobody_opens_somebody_elses_message(signed_in, user):
    notice = NoticeFactory(to__council=user.council)

    assert signed_in.post(f"/messages/{notice.pk}/").status_code == 404
    assert Notice.objects.get().read_at is None


def test_a_form_from_elsewhere_is_refused_in_words_and_changes_nothing(user):
    notice = NoticeFactory(to=user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.post(f"/messages/{notice.pk}/")

    assert answer.status_code == 403
    assert "This page was open too long</h1>" in answer.content.decode()
    assert Notice.objects.get().read_at is None

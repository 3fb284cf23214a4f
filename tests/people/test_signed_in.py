"""Who asks is read in one query, with what Django would say of them; rights are read anew at every request."""

from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from people.models import PostHolding, User
from people.selectors import below, held_posts, line, named, posts_of
from people.signed_in import read
from tests.factories.cast import cast
from tests.factories.people import UserFactory
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
TODAY = clock.today()
FIELDS = [field.attname for field in User._meta.concrete_fields]


@pytest.fixture
def people():
    return cast("bexley")


@pytest.mark.parametrize("who", ["worker", "manager", "qa_head", "officer", "former"])
def test_a_person_comes_with_their_council_and_their_posts_in_one_query(people, who):
    known = User.objects.select_related("council").get(pk=getattr(people, who).pk)

    with CaptureQueriesContext(connection) as queries:
        found = read(known.pk, TODAY)
        assert found.council.name == known.council.name
        held, posts, names = held_posts(found, TODAY), posts_of(found, TODAY), named(found, TODAY)

    assert len(queries) == 1
    assert {name: getattr(found, name) for name in FIELDS} == {
        name: getattr(known, name) for name in FIELDS
    }
    assert vars(found.council).keys() - {"_state"} == vars(known.council).keys() - {"_state"}
    assert (held, names) == (held_posts(known, TODAY), named(known, TODAY))
    assert posts == posts_of(known, TODAY)
    everybody = line(people.council.pk, TODAY).below(known.pk)
    assert below(found, TODAY) == below(known, TODAY) == everybody


def test_somebody_without_a_council_has_none_and_nobody_is_nobody():
    user = UserFactory(council=None)

    assert read(user.pk, TODAY).council is None
    assert read(0, TODAY) is None


def test_a_post_that_ends_takes_its_rights_at_the_next_request(people):
    browser = sign_in(Client(), people.qa_head)
    assert browser.get(reverse("trail")).status_code == 200
    assert reverse("trail") in browser.get("/").content.decode()

    PostHolding.objects.filter(user=people.qa_head).update(
        from_on=TODAY - timedelta(days=9), to_on=TODAY - timedelta(days=1)
    )

    assert browser.get(reverse("trail")).status_code == 403
    assert reverse("trail") not in browser.get("/").content.decode()


@pytest.mark.parametrize(
    "spoil",
    [
        {HASH_SESSION_KEY: "another"},
        {HASH_SESSION_KEY: ""},
        {BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend"},
        {"_auth_user_id": "0"},
    ],
)
def test_a_session_that_is_not_in_order_signs_nobody_in(people, spoil):
    browser = sign_in(Client(), people.officer)
    assert browser.get("/").status_code == 200
    session = browser.session
    session.update(spoil)
    session.save()

    answer = browser.get("/")

    assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next=/")


def test_who_has_left_or_has_a_new_password_is_signed_out_at_the_next_request(people):
    for change in ({"is_active": False}, {"password": "another"}, {"sign_ins_ended": 9}):
        user = UserFactory(council=people.council)
        browser = sign_in(Client(), user)
        assert browser.get("/").status_code == 200

        User.objects.filter(pk=user.pk).update(**change)

        assert browser.get("/").status_code == 302

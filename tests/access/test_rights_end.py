"""Rights end with the next request of a browser that is open: a post ended, an account closed, another team (A12)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core import clock
from people.models import User
from people.posts import end_post, let_leave, move_post
from reporting.services.tokens import make_token
from tests.access.test_every_url import signed_in
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
BEXLEY = "fixtures/frameworks/bexley/1.yaml"


@pytest.fixture
def people():
    framework(BEXLEY)
    return cast("bexley")


@pytest.fixture
def audit(people):
    return audit_at("returned", people, framework(BEXLEY))


def status(client, name, *args):
    return client.get(reverse(name, args=args)).status_code


def now():
    return timezone.now()


def test_a_post_that_is_ended_takes_its_rights_at_the_next_request(people, audit):
    for who in (people.manager, people.officer, people.head):
        client = signed_in(who)
        assert status(client, "audit-record", audit.pk) == 200

        end_post(who.holdings.get(), by=people.administrator, at=now())

        # Nobody without a post signs in: the browser is out at once.
        assert status(client, "audit-record", audit.pk) == 302
        assert status(client, "my-work") == 302


def test_one_post_of_two_takes_only_its_own_rights(people, audit):
    held = people.moderator.holdings.get().post
    people.manager.holdings.create(post=held, from_on=clock.today() - timedelta(days=9))
    client = signed_in(people.manager)
    assert status(client, "audit-record", audit.pk) == 200

    end_post(people.manager.holdings.exclude(post=held).get(), by=people.administrator, at=now())

    assert status(client, "my-work") == 200
    assert status(client, "audit-record", audit.pk) == 404
    assert status(client, "being-audited") == 403


def test_a_manager_who_moves_to_another_team_leaves_the_first_teams_audits_behind(people, audit):
    client = signed_in(people.manager)
    assert status(client, "audit-record", audit.pk) == 200
    there = people.former.holdings.get().post

    move_post(
        people.manager.holdings.get(),
        there,
        from_on=clock.today(),
        by=people.administrator,
        at=now(),
    )

    assert status(client, "audit-record", audit.pk) == 404
    assert status(client, "case", audit.case_id) == 404


def test_an_account_that_is_closed_is_out_everywhere_at_once(people, audit):
    first, second = signed_in(people.officer), signed_in(people.officer)

    let_leave(people.officer, by=people.administrator, at=now())

    for client in (first, second):
        assert status(client, "audit-record", audit.pk) == 302
        answer = client.post(reverse("my-work"))
        assert answer.status_code == 302
    assert User.objects.get(pk=people.officer.pk).is_active is False


def test_a_token_of_somebody_who_has_left_reads_nothing(people, audit, client):
    token, secret = make_token("BI", ["audits"], clock.today(), by=people.qa_head, at=now())
    head = {"Authorization": f"Bearer {secret}"}
    where = "/api/v1/audits/"
    before = client.get(where, headers=head)
    assert before.status_code == 200
    assert audit.reference in before.content.decode()

    let_leave(people.qa_head, by=people.administrator, at=now())

    after = client.get(where, headers=head)
    assert audit.reference not in after.content.decode()
    assert token.pk

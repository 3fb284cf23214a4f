import pytest

from partners.demo import invite_some
from partners.models import Contribution, PartnerInvitation
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


def test_the_demo_invites_two_partners_once(settings):
    settings.TEST_CLOCK = NOW
    people = cast("bexley")
    audit_at("in_session", people, framework("fixtures/frameworks/bexley/1.yaml"))

    assert [invite_some(people.council, at=NOW) for _ in range(2)] == [2, 0]

    states = PartnerInvitation.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["handed_in", "asked"]
    assert Contribution.objects.exists()


def test_without_an_audit_in_session_nobody_is_invited(settings):
    settings.TEST_CLOCK = NOW
    people = cast("bexley")

    assert invite_some(people.council, at=NOW) == 0

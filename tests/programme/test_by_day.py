"""Allocating by hand where audits are due on the day of the audit (SC-14)."""

from datetime import date

import pytest
from django.urls import reverse

from audits.models import Audit
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def bracknell(settings):
    settings.TEST_CLOCK = moment(2026, 4, 27)
    return council("bracknell-forest")


@pytest.fixture
def page(bracknell, client):
    """The page of one case, and what is typed on it."""
    choice = bracknell.choice(month=date(2026, 9, 1))
    client.force_login(bracknell.people.officer)
    address = reverse("allocate-case", args=[choice.case.pk])
    typed = {
        "auditor": bracknell.people.auditor.pk,
        "worker": bracknell.people.worker.pk,
        "tool": bracknell.tool.code,
        "audit_on_0": "14",
        "audit_on_1": "9",
        "audit_on_2": "2026",
    }
    return client, address, typed


def test_the_form_asks_for_the_day_and_says_how_soon_it_can_be(page):
    client, address, _ = page

    form = client.get(address).context["form"]

    assert "audit_on" in form.fields
    assert "month" not in form.fields
    assert form.fields["audit_on"].help_text == (
        "Auditors are told 1 month before. Given out today, the audit can be on Wed 27 May 2026 or later."
    )


def test_it_says_by_when_to_give_it_out_without_allocating(page):
    client, address, typed = page

    answer = client.post(address, typed | {"look": "1"})

    assert answer.status_code == 200
    assert "For an audit on Mon 14 September 2026, give it out by Fri 14 August 2026." in (
        answer.content.decode()
    )
    assert 'value="14"' in answer.content.decode()
    assert not Audit.objects.exists()


def test_the_day_is_the_deadline_and_gives_the_month(page):
    client, address, typed = page

    client.post(address, typed)

    audit = Audit.objects.get()
    assert (audit.deadline_on, audit.month) == (date(2026, 9, 14), date(2026, 9, 1))


def test_shorter_notice_must_be_confirmed(page):
    client, address, typed = page
    soon = typed | {"audit_on_0": "26", "audit_on_1": "5"}

    asked = client.post(address, soon)
    assert asked.status_code == 422
    assert "is told by Fri 24 April 2026 (1 month before)" in asked.content.decode()
    assert not Audit.objects.exists()

    client.post(address, soon | {"confirmed": "on"})
    assert Audit.objects.get().deadline_on == date(2026, 5, 26)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"audit_on_0": "", "audit_on_1": "", "audit_on_2": ""}, "audit_on"),
        ({"audit_on_0": "31", "audit_on_1": "9"}, "audit_on"),
        ({"audit_on_2": "2025"}, "audit_on"),
        ({"auditor": ""}, "auditor"),
    ],
)
@pytest.mark.parametrize("look", [{}, {"look": "1"}])
def test_what_cannot_be_is_refused_and_a_look_asks_for_the_day_only(page, changes, field, look):
    client, address, typed = page

    answer = client.post(address, typed | changes | look)

    assert not Audit.objects.exists()
    wrong = [] if look and field != "audit_on" else [field]
    assert list(answer.context["form"].errors) == wrong
    assert answer.status_code == (422 if wrong else 200)

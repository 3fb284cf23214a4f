from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from people.models import PostHolding
from supervision.models import PersonalNote
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW
from tests.factories.cast import Cast, cast
from tests.factories.people import PostHoldingFactory, UserFactory
from tests.factories.supervision import CANARY, note_for

pytestmark = pytest.mark.django_db
DAY = {"held_on_0": "10", "held_on_1": "11", "held_on_2": "2026"}


@pytest.fixture
def people(settings) -> Cast:
    settings.TEST_CLOCK = NOW
    return cast("bexley")


def page(user, name: str, *args) -> str:
    answer = signed_in(user).get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_manager_sees_their_reports_with_their_own_notes_and_no_text(people):
    note_for(people.worker, people.manager, NOW)
    note_for(people.worker, people.manager, NOW)

    html = page(people.manager, "personal-supervision")

    rows = html.split('<tbody class="govuk-table__body">')[1].split("</tbody>")[0].split("</tr>")
    found = [
        (name, f'data-label="Notes you can read">{count}<' in row)
        for name, count, row in zip(("Second", "Worker"), (0, 2), rows, strict=False)
        if f"{name} Bexley" in row
    ]
    assert found == [("Second", True), ("Worker", True)]
    assert "Stranger" not in html
    assert CANARY not in html
    assert CANARY not in page(people.manager, "supervision-person", people.worker.pk)


def test_the_worker_reads_it_and_says_so(people):
    note = note_for(people.worker, people.manager, NOW)
    client = signed_in(people.worker)
    where = reverse("supervision-note", args=[note.key])
    assert "To read" in client.get(reverse("personal-supervision")).content.decode()
    assert CANARY in client.get(where).content.decode()

    answer = client.post(reverse("acknowledge-supervision-note", args=[note.key]), follow=True)

    assert "You read it on 10 November 2026." in answer.content.decode()
    assert "Worker Bexley read it on 10 November 2026." in page(
        people.manager, "supervision-note", note.key
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({**DAY, "held_on_0": "11"}, "Enter a day that has come."),
        ({}, "Enter the day of the supervision."),
        ({**DAY, "key": "no key"}, ""),
    ],
)
def test_words_that_cannot_be_kept_come_back_and_stand_nowhere(people, given, says):
    client = signed_in(people.manager)
    where = reverse("write-supervision-note", args=[people.worker.pk])

    answer = client.post(where, {**given, "text": CANARY})

    assert answer.status_code == 422
    html = answer.content.decode()
    assert says in html
    assert f">\n{CANARY}</textarea>" in html
    assert not PersonalNote.objects.exists()


def test_a_correction_of_what_was_corrected_meanwhile_gives_the_words_back(people):
    note = note_for(people.worker, people.manager, NOW)
    client = signed_in(people.manager)
    where = reverse("correct-supervision-note", args=[note.key])
    assert CANARY in client.get(where).content.decode()
    first = client.post(where, {**DAY, "text": "One", "key": uuid4()}, follow=True)

    answer = client.post(where, {**DAY, "text": "Two", "key": uuid4()})

    assert "What it said before" in first.content.decode()
    assert answer.status_code == 422
    assert "corrected already" in answer.content.decode()
    assert ">\nTwo</textarea>" in answer.content.decode()
    assert PersonalNote.objects.count() == 2


def test_html_in_a_note_is_shown_as_text(people):
    note = note_for(people.worker, people.manager, NOW, text="<script>alert(1)</script>")

    html = page(people.worker, "supervision-note", note.key)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


def test_a_note_whose_key_is_missing_says_so_and_the_rest_goes_on(people, settings):
    note = note_for(people.worker, people.manager, NOW)
    settings.QA_DATA_KEYS = ["bmV3IGtleSBmb3IgdGVzdHMgb25seSwgbWFkZSBvZiB3b3Jkcy4"]

    assert "the key that sealed it is missing" in page(people.worker, "supervision-note", note.key)


def test_the_worker_shares_with_a_new_manager_and_takes_it_back(people):
    note = note_for(people.worker, people.manager, NOW)
    post = people.manager.holdings.get().post
    PostHolding.objects.filter(user=people.manager).update(to_on=NOW.date() - timedelta(days=1))
    successor = UserFactory(council=people.council, name="Nadia New")
    PostHoldingFactory(post=post, user=successor, from_on=NOW.date())
    where = reverse("supervision-note", args=[note.key])
    worker, new = signed_in(people.worker), signed_in(successor)
    assert "Nadia New cannot read" in worker.get(reverse("personal-supervision")).content.decode()
    assert new.get(where).status_code == 404
    assert signed_in(people.manager).get(where).status_code == 404

    worker.post(reverse("share-supervision-notes"))

    assert CANARY in new.get(where).content.decode()
    assert "shared with you" in page(successor, "supervision-person", people.worker.pk)
    assert "You have a new line manager" not in page(people.worker, "personal-supervision")
    worker.post(reverse("stop-sharing-supervision-note", args=[note.key]))
    assert new.get(where).status_code == 404
    worker.post(reverse("share-supervision-note", args=[note.key]))
    assert new.get(where).status_code == 200


def test_sharing_what_was_written_before_gives_no_present_manager_the_notes_of_another(people):
    before = UserFactory(council=people.council, name="Nadia New")
    post = people.manager.holdings.get().post
    PostHoldingFactory(post=post, user=before, from_on=NOW.date() - timedelta(days=60))
    theirs = note_for(people.worker, before, NOW)
    PostHolding.objects.filter(user=before).update(to_on=NOW.date() - timedelta(days=1))
    beside = UserFactory(council=people.council, name="Omar Other")
    PostHoldingFactory(post=post, user=beside, from_on=NOW.date())
    note_for(people.worker, people.manager, NOW)

    signed_in(people.worker).post(reverse("share-supervision-notes"))

    seen = PersonalNote.objects.visible_to(type(beside).objects.get(pk=beside.pk), NOW.date())
    assert list(seen) == [theirs]


def test_a_team_manager_writes_for_nobody_elses_reports(people):
    client = signed_in(people.auditor)

    for pk in (people.worker.pk, people.auditor.pk, 0):
        where = reverse("write-supervision-note", args=[pk])
        assert client.get(where).status_code == 404
        assert client.post(where, {**DAY, "text": CANARY}).status_code == 404
    assert not PersonalNote.objects.exists()


def test_pages_are_kept_by_no_browser(people):
    note = note_for(people.worker, people.manager, NOW)

    answer = signed_in(people.worker).get(reverse("supervision-note", args=[note.key]))

    assert "no-store" in answer.headers["Cache-Control"]

"""The administrator's pages: rights in plain words, one person, joining, moving, leaving, the review, left work."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import TrailEntry
from people.models import AccessReview, Invitation, User
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
TODAY = clock.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def admin(people):
    """The browser of the administrator."""
    return sign_in(Client(), people.administrator)


def day_of(name, day):
    """A day as the three boxes send it."""
    parts = ("", "", "") if day is None else (day.day, day.month, day.year)
    return {f"{name}_{number}": part for number, part in enumerate(parts)}


AT_ONCE = {"when": "now", **day_of("last_day", None)}


def text(answer):
    return answer.content.decode()


def test_the_page_of_access_says_in_plain_words_what_each_kind_of_post_may_see_and_do(
    admin, people
):
    found = text(admin.get(reverse("access")))

    for words in (
        "may read returned audits of their service",
        "import the staff list",
        "return an audit – whoever is its auditor",
        "sign an action off, or send it back – whoever is asked to sign it off next, but nobody who is to do it",
    ):
        assert words in found
    assert (
        found.count('<details class="govuk-details" id="post-') == people.council.post_types.count()
    )


def test_a_persons_page_says_what_they_hold_and_what_follows(admin, people):
    framework("fixtures/frameworks/bexley/1.yaml")
    audit = audit_at("in_session", people, framework("fixtures/frameworks/bexley/1.yaml"))

    found = text(admin.get(reverse("person", args=[people.auditor.pk])))

    assert "1 audit to return" in found
    assert "read returned audits of their team" in found
    assert "Never" in found
    # The administrator sees how much there is, and nothing of what it is (H-14).
    for secret in (audit.reference, audit.case.number, people.worker.name):
        assert secret not in found
    assert TrailEntry.objects.filter(verb="open person", by_id=people.administrator.pk).count() == 1


def test_a_person_is_added_asked_in_and_given_a_post(admin, people):
    sent = {"name": "Rosa Quill", "email": "rosa@example.org", "staff_number": "77"}
    answer = admin.post(
        reverse("add-person"), sent | {"council": "1", "is_active": "", "password": "x"}
    )
    made = User.objects.get(email="rosa@example.org")

    assert answer.headers["Location"] == reverse("give-post", args=[made.pk])
    assert Invitation.objects.filter(to=made, by=people.administrator).count() == 1
    assert (made.council, made.is_active, made.has_usable_password()) == (
        people.council,
        True,
        False,
    )

    post = people.worker.holdings.get().post
    answer = admin.post(answer.headers["Location"], {"post": post.pk, **day_of("from_on", TODAY)})

    assert answer.headers["Location"] == reverse("person", args=[made.pk])
    assert made.holdings.get().post == post


@pytest.mark.parametrize(
    ("only", "words"), [(False, "a link for choosing a password"), (True, "own sign-in")]
)
def test_adding_somebody_says_what_they_are_sent(admin, people, only, words):
    people.council.single_sign_on_only = only
    people.council.save()

    page = text(admin.get(reverse("add-person")))

    assert words in page
    assert ("for choosing a password" in page) is not only


def test_what_is_wrong_is_said_on_the_form_and_nothing_is_lost(admin, people):
    sent = {"name": "Rosa Quill", "email": people.worker.email}

    answer = admin.post(reverse("add-person"), sent)

    assert answer.status_code == 422
    assert f"This address belongs to {people.worker.name}." in text(answer)
    assert "Rosa Quill" in text(answer)


def test_a_post_of_another_council_cannot_be_chosen(admin, people):
    post = cast("northshire").worker.holdings.get().post

    answer = admin.post(
        reverse("give-post", args=[people.stranger.pk]),
        {"post": post.pk, **day_of("from_on", TODAY)},
    )

    assert answer.status_code == 422
    assert people.stranger.holdings.count() == 1


def test_ending_a_post_leads_on_to_what_is_open(admin, people):
    audit_at("allocated", people, framework("fixtures/frameworks/bexley/1.yaml"))
    old = people.auditor.holdings.get()

    answer = admin.post(
        reverse("end-post", args=[old.pk]), {"when": "day", **day_of("last_day", TODAY)}
    )

    assert answer.headers["Location"] == reverse("hand-over-work", args=[people.auditor.pk])
    old.refresh_from_db()
    assert old.to_on == TODAY
    page = text(admin.get(answer.headers["Location"]))
    assert "Who takes over 1 audit to return?" in page


def test_whoever_moves_keeps_what_they_have_open(admin, people):
    audit_at("allocated", people, framework("fixtures/frameworks/bexley/1.yaml"))
    old = people.auditor.holdings.get()
    sent = {"post": people.manager.holdings.get().post_id, **day_of("from_on", TODAY)}

    answer = admin.post(reverse("move-post", args=[old.pk]), sent)

    assert answer.headers["Location"] == reverse("person", args=[people.auditor.pk])
    old.refresh_from_db()
    assert old.to_on == YESTERDAY
    page = text(admin.get(answer.headers["Location"]))
    assert "keeps what they have open" in page
    assert "Hand open work over" not in page


def test_where_nothing_is_open_nothing_can_be_handed_over(admin, people):
    page = text(admin.get(reverse("hand-over-work", args=[people.former.pk])))

    assert "They have nothing open." in page
    assert "Hand over</button>" not in page


def test_a_post_is_ended_at_once_or_on_a_day(admin, people):
    held = people.stranger.holdings.get()

    admin.post(reverse("end-post", args=[held.pk]), {"when": "day", **day_of("last_day", TODAY)})
    held.refresh_from_db()
    assert held.to_on == TODAY
    admin.post(reverse("end-post", args=[held.pk]), AT_ONCE)
    held.refresh_from_db()
    assert held.to_on == YESTERDAY


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({}, "when", "Choose whether it ends with a day or at once."),
        ({"when": "day"}, "last_day", "Enter the last day."),
        ({"when": "now", "day": TODAY}, "last_day", "Take the last day away"),
        ({"when": "day", "day": TODAY + timedelta(days=900)}, "last_day", "within a year of today"),
    ],
)
@pytest.mark.parametrize("name", ["end-post", "leave"])
def test_nothing_ends_at_once_unless_that_was_chosen(admin, people, sent, field, words, name):
    held = people.stranger.holdings.get()
    pk = held.pk if name == "end-post" else people.stranger.pk

    answer = admin.post(
        reverse(name, args=[pk]),
        {"when": sent.get("when", ""), **day_of("last_day", sent.get("day"))},
    )

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    held.refresh_from_db()
    assert held.to_on is None


def test_leaving_asks_who_goes_on_and_proposes_the_manager(admin, people):
    audit = audit_at("allocated", people, framework("fixtures/frameworks/bexley/1.yaml"))
    address = reverse("leave", args=[people.auditor.pk])

    page = text(admin.get(address))
    assert f'<option value="{people.service_manager.pk}" selected>' in page
    assert f'<option value="{people.administrator.pk}"' not in page

    answer = admin.post(address, {**AT_ONCE, "to_audits": people.head.pk}, follow=True)

    audit.refresh_from_db()
    assert audit.auditor == people.head
    assert "Handed over: 1 audit to return." in text(answer)
    assert User.objects.get(pk=people.auditor.pk).is_active is False


def test_what_cannot_go_to_the_successor_is_said_with_the_reason_and_stays_on_the_list(
    admin, people
):
    audit_at("in_session", people, framework("fixtures/frameworks/bexley/1.yaml"))
    address = reverse("leave", args=[people.auditor.pk])

    answer = admin.post(address, {**AT_ONCE, "to_audits": people.head.pk}, follow=True)

    assert (
        "Not handed over: 1 audit to return. Another auditor can take over before the meeting begins only."
        in text(answer)
    )
    for who in (people.officer, people.administrator):
        page = text(sign_in(Client(), who).get(reverse("left-work")))
        assert people.auditor.name in page
        assert "1 audit to return" in page
        assert (f'href="{reverse("audits")}">1 audit' in page) == (who == people.officer)


# --- the review -------------------------------------------------------------------------------------


def test_the_review_shows_progress_and_ones_own_post_has_no_buttons(admin, people):
    page = text(admin.get(reverse("access-review")))

    assert f"<strong>0 of {len(people.everybody()) - 1}</strong> decided" in page
    own, other = people.administrator.holdings.get(), people.worker.holdings.get()
    assert f'name="holding" type="checkbox" value="{other.pk}"' in page
    assert f'value="{own.pk}"' not in page
    assert "Yours: somebody else decides" in page


def test_posts_are_confirmed_and_ended_in_the_review(admin, people):
    one, two = people.worker.holdings.get(), people.second.holdings.get()

    admin.post(reverse("access-review"), {"holding": [one.pk, one.pk]})
    asked = text(admin.post(reverse("access-review"), {"end": two.pk, "page": "1"}))
    assert "End this post at once?" in asked
    assert AccessReview.objects.filter(decision="ended").count() == 0
    sure = {"end": two.pk, "page": "1", "sure": "yes"}
    page = text(admin.post(reverse("access-review"), sure, follow=True))

    assert list(AccessReview.objects.order_by("pk").values_list("person", "decision")) == [
        (people.worker.pk, "confirmed"),
        (people.second.pk, "ended"),
    ]
    assert "does not hold this post any more" in page
    assert not User.objects.get(pk=people.second.pk).is_active


@pytest.mark.parametrize("ids", ["foreign", "none", "many", "odd"])
def test_a_bulk_decision_with_what_is_not_ours_does_nothing(admin, people, ids):
    own = people.worker.holdings.get().pk
    sent = {
        "foreign": [own, cast("northshire").worker.holdings.get().pk],
        "none": [],
        "many": [own, *range(10_000, 10_999)],
        "odd": [own, "x", "-1", "9" * 400],
    }[ids]

    answer = admin.post(reverse("access-review"), {"holding": sent})

    assert answer.status_code in {302, 404}
    assert not AccessReview.objects.exists()


@pytest.mark.parametrize(("page", "where"), [("2", "?page=2"), ("²", ""), ("9" * 400, "")])
def test_an_odd_number_of_a_page_leads_back_to_the_first(admin, page, where):
    answer = admin.post(reverse("access-review"), {"page": page})

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"{reverse('access-review')}{where}",
    )


def test_somebody_of_qa_who_manages_workers_is_warned_about(admin, people):
    PostHoldingFactory(post=people.manager.holdings.get().post, user=people.officer)

    assert "QA and manager" in text(admin.get(reverse("access-review")))
    assert "also manage workers" in text(admin.get(reverse("person", args=[people.officer.pk])))
    assert "also manage workers" not in text(admin.get(reverse("person", args=[people.qa_head.pk])))


# --- who has proved who they are --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["add-person", "give-post", "leave", "hand-over-work", "access-review"]
)
def test_changes_of_access_ask_again_who_somebody_is(people, name):
    client = Client()
    client.force_login(
        people.administrator, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    args = [] if name in {"add-person", "access-review"} else [people.former.pk]

    answer = client.get(reverse(name, args=args))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_the_names_on_the_list_lead_to_the_person_for_who_keeps_posts(admin, people):
    link = reverse("person", args=[people.worker.pk])

    assert link in text(admin.get(reverse("people")))
    assert link not in text(sign_in(Client(), people.officer).get(reverse("people")))

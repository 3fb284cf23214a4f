import pytest
from django.test import Client
from django.urls import reverse

from core.models import TrailEntry
from learning.models import Activity, BlindRound, BlindSheet, Extract, Theme
from learning.services.blind import hand_in_sheet, open_round
from learning.services.coding import Code, quote
from learning.services.theming import add_theme
from people.models import User
from tests.factories.audits import NOW
from tests.learning.scenes import TEXT, coded, extract, scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def place():
    return scene()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def get(user: User, name: str, *args: object, query: str = "") -> str:
    """What a page says."""
    answer = client_of(user).get(reverse(name, args=args) + query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def post(user: User, name: str, *args: object, query: str = "", **data: object):
    """What comes of sending a form."""
    return client_of(user).post(reverse(name, args=args) + query, data)


# Coding -------------------------------------------------------------------------------------------


def test_the_queue_finds_what_is_new_and_is_narrowed(place):
    officer = place.people.officer
    place.returned()

    page = get(officer, "coding")

    assert Extract.objects.exists()
    assert f"Start with the first of {Extract.objects.count()}" in page
    assert "Nothing waits here" in get(officer, "coding", query="?source=panel")
    assert "Start with" in get(
        officer, "coding", query=f"?source=audit&service={place.people.service.pk}&month=2026-11-01"
    )
    assert "Start with" in get(officer, "coding", query="?month=nonsense")


def test_a_text_is_coded_and_the_next_one_opened_in_the_same_queue(place):
    officer, theme = place.people.officer, place.themes[0]
    audit = place.returned()
    one, other = (extract(place, audit, number=n) for n in range(2))
    assert TEXT in get(officer, "coding-extract", one.pk, query="?source=audit")

    answer = post(
        officer,
        "coding-extract",
        one.pk,
        query="?source=audit&page=9",
        kind="develop",
        themes=[theme.pk],
        new_tag="Dates",
        read=0,
    )

    assert answer.url == f"/learning/coding/{other.pk}/?source=audit"
    assert set(one.codings.values_list("theme__label", "kind")) == {
        (theme.label, "develop"),
        ("Dates", "develop"),
    }
    assert TrailEntry.objects.filter(verb="read extract", subject_id=one.pk).exists()
    last = post(officer, "coding-extract", other.pk, kind="develop", nothing="1", read=0)
    assert last.url == "/learning/coding/"
    assert not Extract.objects.waiting().exists()


def test_codes_given_before_are_kept_or_taken_away(place):
    officer, theme = place.people.officer, place.themes[0]
    tag = add_theme(place.people.council, "Fathers", by=officer, at=NOW)
    one = coded(extract(place, place.returned()), theme, officer)
    quote(one, "Dates slip.", by=officer, at=NOW)
    page = get(officer, "coding-extract", one.pk, query="?state=all")
    assert f"{theme.label}: To develop" in page
    assert "“Dates slip.”" in page

    post(officer, "coding-extract", one.pk, kind="strength", themes=[tag.pk], keep=[], read=1)

    assert list(one.codings.values_list("theme", "kind")) == [(tag.pk, "strength")]


def test_what_is_missing_or_stale_is_said_and_what_was_typed_stays(place):
    officer, theme = place.people.officer, place.themes[0]
    one = extract(place, place.returned())

    nothing = post(officer, "coding-extract", one.pk, kind="barrier", read=0)
    assert nothing.status_code == 422
    assert "Choose a theme, or say that there is nothing to code." in nothing.content.decode()
    coded(one, theme, place.people.qa_head)
    stale = post(
        officer, "coding-extract", one.pk, kind="barrier", themes=[theme.pk], new_tag="Men", read=0
    )

    assert stale.status_code == 422
    page = stale.content.decode()
    assert "Somebody else has coded this meanwhile" in page
    assert 'value="Men"' in page
    assert f'value="{theme.pk}" id="id_themes" checked' in page


def test_what_may_be_printed_is_written_by_a_person(place):
    officer = place.people.officer
    one = extract(place, place.returned())
    assert TEXT in get(officer, "quotation", one.pk)

    answer = post(officer, "quotation", one.pk, quotation="Dates slip.")

    one.refresh_from_db()
    assert (answer.status_code, one.quotation) == (302, "Dates slip.")
    assert post(officer, "quotation", one.pk, quotation="x" * 501).status_code == 422


def test_nobody_opens_a_text_of_their_own_audit(place):
    one = extract(place, place.returned())
    one.audit.auditor = place.people.officer
    one.audit.save()

    for name in ("coding-extract", "quotation"):
        assert client_of(place.people.officer).get(reverse(name, args=[one.pk])).status_code == 404


# Themes -------------------------------------------------------------------------------------------


def test_leaders_see_the_numbers_and_only_the_qa_team_the_texts(place):
    theme, people = place.themes[0], place.people
    coded(extract(place, place.returned()), theme, people.officer)

    assert "1 of 1 audits coded" in get(people.director, "learning")
    assert TEXT not in get(people.director, "learning-theme", theme.pk)
    assert TEXT in get(people.officer, "learning-theme", theme.pk)
    assert TEXT in get(people.officer, "learning-theme", theme.pk, query="?kind=develop")
    assert TEXT not in get(people.officer, "learning-theme", theme.pk, query="?kind=strength")
    narrowed = get(people.head, "learning", query=f"?service={people.team1.pk}")
    assert "0 of 0 audits coded" in narrowed


def test_the_file_holds_no_formula(place):
    officer = place.people.officer
    coded(
        extract(place, place.returned()),
        add_theme(place.people.council, "=2+2", by=officer, at=NOW),
        officer,
    )

    answer = client_of(officer).get(reverse("learning-file"))

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=2+2,New tag,")
    assert lines[-1].startswith('"Audits coded, of audits returned"')
    assert lines[-1].endswith("1 of 1,,")


def test_the_head_of_the_qa_team_manages_the_list(place):
    people, theme = place.people, place.themes[0]
    one = add_theme(people.council, "Fathers", by=people.officer, at=NOW)
    other = add_theme(people.council, "Dads", by=people.officer, at=NOW)
    assert "New tag" in get(people.officer, "theme-list")
    assert "Keep it on the list" in get(people.qa_head, "change-theme", one.pk)

    for verb, more in (
        ("keep", {}),
        ("rename", {"label": "Men"}),
        ("retire", {}),
    ):
        answer = post(people.qa_head, "change-theme", one.pk, verb=verb, **more)
        assert answer.url == "/learning/list/"
    post(people.qa_head, "change-theme", other.pk, verb="merge", into=theme.pk)

    assert set(Theme.objects.values_list("label", "state")) == {
        (theme.label, "used"),
        ("Men", "retired"),
        ("Dads", "merged"),
    }
    assert "was merged into" in get(people.qa_head, "change-theme", other.pk)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"verb": "rename", "label": ""}, "Give the theme a name."),
        ({"verb": "rename", "label": "conversation"}, "such a theme already"),
        ({"verb": "merge", "into": ""}, "Choose a theme to merge it into."),
        ({"verb": "odd"}, "Choose what is done with the theme."),
    ],
)
def test_a_wrong_step_with_a_theme_is_said(place, data, words):
    people = place.people
    one = add_theme(people.council, "Fathers", by=people.officer, at=NOW)

    answer = post(people.qa_head, "change-theme", one.pk, **data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    refused = client_of(people.officer).get(reverse("change-theme", args=[one.pk]))
    assert refused.status_code == 403


# Blind rounds -------------------------------------------------------------------------------------


def test_two_code_apart_then_see_and_settle_where_they_differ(place):
    officer, head, theme = place.people.officer, place.people.qa_head, place.themes[0]
    audit = place.returned()
    extract(place, audit)
    drawn = post(officer, "blind-rounds", number=50, first=officer.pk, second=head.pk)
    made = BlindRound.objects.get()
    assert drawn.url == f"/learning/rounds/{made.pk}/"
    assert "Begin" in get(officer, "blind-round", made.pk)
    items = list(made.items.all())
    secret = "A tag nobody may see yet"

    for item in items[:-1]:
        post(officer, "blind-item", made.pk, item.order, kind="develop", nothing="1")
    done = post(officer, "blind-item", made.pk, items[-1].order, kind="develop", new_tag=secret)

    assert done.url == f"/learning/rounds/{made.pk}/"
    assert "You have finished" in get(officer, "blind-round", made.pk)
    assert secret not in get(head, "blind-round", made.pk)
    again = client_of(officer).get(reverse("blind-item", args=[made.pk, 1]))
    assert again.status_code == 302
    for item in items:
        assert secret not in get(head, "blind-item", made.pk, item.order)
        post(head, "blind-item", made.pk, item.order, kind="develop", nothing="1")
    shown = get(head, "blind-round", made.pk)
    assert secret in shown
    assert "Settle it" in shown
    assert f"{secret}: To develop ({officer.name})" in get(
        head, "blind-item", made.pk, items[-1].order
    )
    settled = post(head, "blind-item", made.pk, items[-1].order, kind="develop", theme=theme.pk)
    assert settled.url == f"/learning/rounds/{made.pk}/"
    assert list(items[-1].extract.codings.values_list("theme", flat=True)) == [theme.pk]
    assert BlindSheet.objects.count() == 2 * len(items)


def test_a_round_that_cannot_be_is_said(place):
    officer = place.people.officer

    same = post(officer, "blind-rounds", number=5, first=officer.pk, second=officer.pk)

    assert same.status_code == 422
    assert "two different people" in same.content.decode()
    assert post(officer, "blind-rounds", number="x").status_code == 422


def test_only_the_two_open_what_they_code(place):
    people = place.people
    extract(place, place.returned())
    made = open_round(1, people.officer, people.qa_head, by=people.officer, at=NOW)
    item = made.items.get()

    assert client_of(people.director).get(reverse("blind-round", args=[made.pk])).status_code == 403
    empty = post(people.officer, "blind-item", made.pk, 1, kind="develop")
    assert empty.status_code == 422
    hand_in_sheet(item, [Code(place.themes[0].pk, "develop")], by=people.officer, at=NOW)
    assert get(people.qa_head, "blind-round", made.pk).count("Conversation") == 0


# Activities ---------------------------------------------------------------------------------------


def test_an_activity_is_recorded_changed_and_shown_with_what_changed(place):
    officer, theme = place.people.officer, place.themes[0]
    said = {
        "title": "Plans with dates",
        "kind": "workshop",
        "held_on_0": "9",
        "held_on_1": "9",
        "held_on_2": "2026",
        "invited": "12",
        "attended": "9",
        "themes": [theme.pk],
        "measure": "develop",
        "months": "3",
    }
    assert "What should change?" in get(officer, "new-learning-activity")

    answer = post(officer, "new-learning-activity", **said)

    one = Activity.objects.get()
    assert answer.url == f"/learning/activities/{one.pk}/"
    page = get(place.people.director, "learning-activity", one.pk)
    assert "9 of 12 invited" in page
    assert "Before: June 2026 to August 2026" in page
    assert "Too early" in page
    assert "Plans with dates" in get(place.people.director, "learning-activities")
    wrong = post(officer, "change-learning-activity", one.pk, **said | {"attended": "13"})
    assert wrong.status_code == 422
    assert "No more can have come than were invited." in wrong.content.decode()
    assert (
        post(officer, "change-learning-activity", one.pk, **said | {"title": "X"}).status_code
        == 302
    )
    assert get(officer, "change-learning-activity", one.pk)


def test_an_activity_in_the_future_is_refused_with_words(place):
    answer = post(
        place.people.officer,
        "new-learning-activity",
        title="Later",
        kind="workshop",
        held_on_0="1",
        held_on_1="1",
        held_on_2="2030",
        themes=[place.themes[0].pk],
        measure="develop",
        months="3",
    )

    assert answer.status_code == 422
    assert "not in the future" in answer.content.decode()

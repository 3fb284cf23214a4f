import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import TrailEntry
from people.models import User
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/people/"


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def officer(client, people):
    """The browser of a QA officer."""
    client.force_login(
        people.officer, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def look_for(officer, words: str):
    """The list after somebody was looked for; the address holds no word of it."""
    answer = officer.post(PAGE, {"q": words}, follow=True)
    assert answer.request["QUERY_STRING"] == ""
    return answer


def listed(answer) -> list[str]:
    """The names in the list, in its order."""
    assert answer.status_code == 200
    return [person.name for person in answer.context["page"]]


def row_of(answer, name: str) -> str:
    """The text of somebody's row."""
    rows = re.findall(r"<tr.*?</tr>", answer.content.decode(), re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", next(row for row in rows if name in row)).split())


def test_the_page_lists_the_councils_people_by_name(officer, people):
    cast("northshire")

    names = listed(officer.get(PAGE))

    assert names == sorted(user.name for user in people.everybody().values())


@pytest.mark.parametrize("who", ["worker", "manager", "head", "moderator", "former"])
def test_everybody_else_is_refused_and_that_is_in_the_trail(client, people, who):
    user = getattr(people, who)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(PAGE).status_code == 403
    assert TrailEntry.objects.filter(verb="refused", by_id=user.pk).count() == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rosa", ["Rosa Quill"]),
        ("QUILL", ["Rosa Quill"]),
        ("rq@example", ["Rosa Quill"]),
        ("RQ@example.org", ["Rosa Quill"]),
        ("5550", ["Rosa Quill"]),
        (" Rosa ", ["Rosa Quill"]),
        ("550", []),
        ("example.org", []),
        ("%", []),
        ("nobody", []),
    ],
)
def test_finding_by_name_or_by_how_an_address_or_number_begins(officer, people, words, expected):
    UserFactory(
        council=people.council, name="Rosa Quill", email="rq@example.org", staff_number="55501"
    )

    assert listed(look_for(officer, words)) == expected


def test_a_search_finds_nobody_of_another_council(officer):
    assert listed(look_for(officer, cast("northshire").worker.name)) == []


def test_a_row_shows_the_posts_held_today_only(officer, people):
    post = people.manager.holdings.get().post
    PostHoldingFactory(post=post, user=people.auditor, cover=True)

    answer = officer.get(PAGE)

    assert row_of(answer, people.auditor.name) == (
        f"{people.auditor.name} TM, Team 1 TM, Team 2 (cover) {people.auditor.email}"
    )
    assert row_of(answer, people.former.name) == f"{people.former.name} None {people.former.email}"


def test_a_row_says_who_has_left(officer, people):
    User.objects.filter(pk=people.former.pk).update(is_active=False)

    assert "Has left" in row_of(officer.get(PAGE), people.former.name)


def test_a_name_is_never_markup(officer, people):
    UserFactory(council=people.council, name="<b>Bold</b>")

    answer = look_for(officer, "<b>")

    assert listed(answer) == ["<b>Bold</b>"]
    assert "<b>Bold</b>" not in answer.content.decode()


@pytest.mark.parametrize(("page", "count"), [("1", 50), ("2", 25), ("99", 25), ("x", 50), ("", 50)])
def test_fifty_people_on_a_page(officer, people, page, count):
    for _ in range(75 - len(people.everybody())):
        UserFactory(council=people.council)

    assert len(listed(officer.get(PAGE, {"page": page}))) == count


def test_the_page_takes_the_same_queries_for_one_and_three_people(officer, people):
    for number in range(3):
        user = UserFactory(council=people.council, name=f"Same {number}")
        PostHoldingFactory(post__council=people.council, user=user)

    def queries(words: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert listed(look_for(officer, words))
        return len(seen)

    queries("Same")
    assert queries("Same 1") == queries("Same")


def test_reading_the_list_is_in_the_trail_without_the_words_looked_for(officer, people):
    look_for(officer, "Rosa")

    entry = TrailEntry.objects.get(verb="list people")
    assert (entry.by_id, entry.subject_type, entry.detail) == (people.officer.pk, "people", {})

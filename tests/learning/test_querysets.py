"""What a member of the QA team may read and code, and what nobody else may."""

import pytest

from audits.models import Audit, Reader
from learning.models import Activity, BlindRound, Extract, Theme
from learning.selectors.queue import before, next_of, offered, seen_by
from learning.services.blind import open_round
from tests.factories.audits import NOW
from tests.factories.cast import cast
from tests.learning.scenes import extract, scene

pytestmark = pytest.mark.django_db
ON = NOW.date()


@pytest.fixture
def place():
    return scene()


def seen(place, who: str) -> list[int]:
    """The extracts that one of the cast may read."""
    user = getattr(place.people, who)
    return list(Extract.objects.visible_to(user, ON).values_list("pk", flat=True))


def test_only_the_qa_team_reads_extracts(place):
    one = extract(place, place.returned())

    may = {who for who, user in place.people.everybody().items() if seen(place, who)}

    assert may == {"officer", "qa_head"}
    assert seen(place, "officer") == [one.pk]


@pytest.mark.parametrize("part", ["auditor", "worker", "second_worker"])
def test_nobody_reads_what_is_about_their_own_audit(place, part):
    audit = place.returned()
    extract(place, audit)
    Audit.objects.filter(pk=audit.pk).update(**{part: place.people.officer})

    assert seen(place, "officer") == []
    assert len(seen(place, "qa_head")) == 1


def test_nobody_reads_an_audit_that_they_grade_blind(place):
    audit = place.returned()
    extract(place, audit)
    reader = Reader.objects.create(
        audit=audit, user=place.people.officer, part="moderator", blind=True, since=NOW
    )

    assert seen(place, "officer") == []

    Reader.objects.filter(pk=reader.pk).update(blind=False)
    assert len(seen(place, "officer")) == 1


def test_an_audit_opened_again_is_read_no_more(place):
    audit = place.returned()
    extract(place, audit)
    Audit.objects.filter(pk=audit.pk).update(state="in_session")

    assert seen(place, "officer") == []


def test_one_council_never_sees_another(place):
    extract(place, place.returned())
    other = cast("northmere")

    assert not Extract.objects.visible_to(other.qa_head, ON).exists()
    assert not Theme.objects.visible_to(other.qa_head, ON).exists()
    assert not Activity.objects.visible_to(other.qa_head, ON).exists()
    assert not BlindRound.objects.visible_to(other.qa_head, ON).exists()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("officer", True),
        ("qa_head", True),
        ("director", True),
        ("head", True),
        ("service_manager", False),
        ("manager", False),
        ("worker", False),
        ("reader", False),
        ("former", False),
    ],
)
def test_who_sees_themes(place, who, sees):
    user = getattr(place.people, who)

    assert Theme.objects.visible_to(user, ON).exists() is sees
    assert user.has_perm("learning.see_themes") is sees


def test_coding_one_asks_about_the_one(place):
    one = extract(place, place.returned())
    officer = place.people.officer

    assert officer.has_perm("learning.code")
    assert officer.has_perm("learning.code_extract", one)
    assert not officer.has_perm("learning.code_extract")


def test_the_queue_goes_from_one_to_the_next_and_begins_anew(place):
    audit = place.returned()
    first, second, third = (extract(place, audit, number=n) for n in range(3))
    rows = seen_by(place.people.officer, ON)

    assert next_of(rows, first) == second
    assert next_of(rows, third) == first
    assert (before(rows, second), before(rows, first)) == (first, None)


def test_what_is_in_a_blind_round_is_not_in_the_queue(place):
    extract(place, place.returned())
    people = place.people
    open_round(1, people.officer, people.qa_head, by=people.officer, at=NOW)

    assert not seen_by(people.officer, ON).exists()
    assert len(seen(place, "officer")) == 1


def test_suggested_themes_come_first(place):
    one = extract(place, place.returned())
    Theme.objects.bulk_create(
        Theme(council=place.people.council, label=label, state="used", added_at=NOW)
        for label in ("Aaa", "Bbb", "Ccc")
    )
    last = Theme.objects.get(label="Ccc")
    one.suggestions.create(theme=last, score=0.9)

    found = offered(place.people.council, one)

    assert (found[0].theme, found[0].suggested) == (last, True)
    assert [row.suggested for row in found[1:]] == [False] * (len(found) - 1)

import pytest

from learning.demo import code_some, topics_in
from learning.models import Activity, BlindRound, Coding, Extract
from tests.factories.audits import NOW
from tests.learning.scenes import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def bexley(settings) -> Scene:
    settings.TEST_CLOCK = NOW
    found = scene("fixtures/frameworks/bexley/1.yaml", "bexley")
    for month in (6, 8, 11):
        found.returned(month=NOW.date().replace(month=month, day=1))
    return found


def test_the_demo_codes_what_is_older_and_leaves_the_newest_waiting(bexley):
    made = code_some(bexley.people.council, at=NOW)

    assert (
        made
        == Coding.objects.filter(extract__month__lt=NOW.date().replace(month=10, day=1))
        .values("extract")
        .distinct()
        .count()
        > 0
    )
    assert Extract.objects.waiting().exists()
    assert Activity.objects.count() == 4
    assert BlindRound.objects.get().shown_at == NOW
    assert Extract.objects.exclude(quotation="").exists()


def test_the_demo_does_nothing_twice(bexley):
    code_some(bexley.people.council, at=NOW)
    before = (Coding.objects.count(), Activity.objects.count())

    assert code_some(bexley.people.council, at=NOW) == 0
    assert (Coding.objects.count(), Activity.objects.count()) == before


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("The father is named and was never asked.", [5]),
        ("The plan’s dates are not met.", [0]),
        ("Nothing of it.", []),
    ],
)
def test_topics_are_found_by_words(text, topics):
    assert topics_in(text) == topics

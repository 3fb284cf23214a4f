import pytest

from core.models import TrailEntry
from learning.jobs import learn_all, learn_where_new
from learning.models import Coding, Extract, Suggestion, Training
from learning.services import teaching
from learning.services.theming import add_theme, retire_theme
from tests.factories.audits import NOW
from tests.learning.scenes import extract, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    """Thirty coded texts, a third of them about fathers, and two that wait."""
    found = scene()
    people = found.people
    audit = found.returned()
    tag = add_theme(people.council, "Fathers", by=people.officer, at=NOW)
    texts = ("The father was never asked.", "Plans have no dates.", "The record is short.")
    for number in range(32):
        one = extract(found, audit, number=number)
        model = one._meta.apps.get_model("audits", "Answer")
        model.objects.filter(pk=one.source_id).update(text=f"{texts[number % 3]} Text {number}.")
        if number < 30:
            if not number % 3:
                Coding.objects.create(
                    extract=one, theme=tag, kind="develop", coder=people.officer, at=NOW
                )
            Extract.objects.filter(pk=one.pk).update(done_by=people.officer, done_at=NOW)
    return found


def suggested() -> list[tuple[int, str]]:
    """Which theme is suggested for which waiting text."""
    return list(Suggestion.objects.values_list("extract", "theme__label"))


def test_learn_suggests_for_what_waits_and_a_suggestion_is_no_coding(place):
    fathers = Extract.objects.waiting().order_by("pk").first()

    made = teaching.learn(place.people.council, at=NOW)

    assert (made, suggested()) == (1, [(fathers.pk, "Fathers")])
    assert not fathers.codings.exists()
    training = Training.objects.get()
    assert (training.coded, training.themes) == (30, 1)
    assert TrailEntry.objects.filter(verb="learn themes", cause="learning").count() == 1


def test_learning_twice_gives_the_same(place):
    first = (learn_all(NOW, lambda done: None), suggested())

    assert (learn_all(NOW, lambda done: None), suggested()) == first


def test_a_retired_theme_is_suggested_no_more(place):
    teaching.learn(place.people.council, at=NOW)
    retire_theme(Suggestion.objects.get().theme, by=place.people.qa_head, at=NOW)

    assert suggested() == []
    assert teaching.learn(place.people.council, at=NOW) == 0


def test_it_is_learned_anew_after_much_new_coding_only(place):
    assert learn_where_new(NOW, lambda done: None) == 1
    assert not teaching.has_many_new(place.people.council)
    assert learn_where_new(NOW, lambda done: None) == 0
    assert Training.objects.count() == 1

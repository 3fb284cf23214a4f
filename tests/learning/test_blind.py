import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Audit
from core.moves import Refused
from learning.models import BlindRound, Extract
from learning.selectors.rounds import coders_of, next_item, progress_of, result_of
from learning.services.blind import drawn, hand_in_sheet, open_round, settle_item
from learning.services.coding import Code
from learning.services.theming import add_theme, merge_theme, retire_theme
from tests.factories.audits import NOW
from tests.learning.scenes import coded, extract, scene

pytestmark = pytest.mark.django_db
ON = NOW.date()


@pytest.fixture
def place():
    found = scene()
    audit = found.returned()
    for number in range(4):
        extract(found, audit, number=number)
    return found


def opened(place, number: int = 2, seed: str = "one") -> BlindRound:
    """A round of the officer and the head."""
    people = place.people
    return open_round(number, people.officer, people.qa_head, by=people.officer, at=NOW, seed=seed)


def given(place, item, who: str, *codes: Code, **more):
    """What one of the two gives an item."""
    return hand_in_sheet(item, codes, by=getattr(place.people, who), at=NOW, **more)


def test_a_draw_can_be_made_again(place):
    made = opened(place)

    items = [one.extract_id for one in made.items.all()]
    assert items == drawn(made.pool, 2, made.seed)
    assert drawn(range(100), 10, "one") == drawn(range(100), 10, "one")
    assert drawn(range(100), 10, "one") != drawn(range(100), 10, "two")


def test_a_round_without_a_seed_gets_one_by_chance(place):
    assert len(opened(place, seed="").seed) == 32


def test_only_what_waits_and_both_may_read_is_drawn(place):
    people = place.people
    coded(Extract.objects.first(), place.themes[0], people.officer)
    other = place.returned()
    extract(place, other, number=9)
    Audit.objects.filter(pk=other.pk).update(auditor=people.qa_head)

    made = opened(place, 50)

    assert len(made.pool) == made.items.count() == 3
    with pytest.raises(Refused, match="No text waits"):
        opened(place)


def test_a_round_is_for_two_of_the_qa_team(place):
    people = place.people

    for first, second in ((people.officer, people.officer), (people.officer, people.head)):
        with pytest.raises(Refused, match="two different people"):
            open_round(2, first, second, by=people.officer, at=NOW)
    for number in (0, 201):
        with pytest.raises(Refused, match="from 1 to"):
            opened(place, number)
    with pytest.raises(PermissionDenied):
        open_round(2, people.officer, people.qa_head, by=people.head, at=NOW)
    assert coders_of(people.council, ON) == sorted(
        [people.officer, people.qa_head], key=lambda one: one.name
    )


def test_a_round_is_shown_once_both_have_finished_and_what_is_alike_stands(place):
    theme = place.themes[0]
    made = opened(place)
    alike, apart = made.items.all()
    code = Code(theme.pk, "develop")
    given(place, alike, "officer", code)
    given(place, apart, "officer", code)
    given(place, alike, "qa_head", code)

    made.refresh_from_db()
    assert made.shown_at is None
    assert not alike.extract.codings.exists()
    assert [(one.person, one.done) for one in progress_of(made)] == [
        (place.people.officer, 2),
        (place.people.qa_head, 1),
    ]
    assert next_item(made, place.people.qa_head) == apart

    given(place, apart, "qa_head", new_tag="Fathers", kind="strength")

    made.refresh_from_db()
    assert made.shown_at == NOW
    assert list(alike.extract.codings.values_list("theme", "kind")) == [(theme.pk, "develop")]
    assert not apart.extract.codings.exists()
    result = result_of(made, place.people.officer, ON)
    assert (result.alike, result.overlap, result.shared) == (1, 0.5, "50%")
    assert [one.label for one in result.themes] == [theme.label, "Fathers"]
    assert result.themes[0].why == "Too few to tell: 2 of 20 texts"
    assert result.items[1].second == ("Fathers: Strength",)


def test_a_difference_is_settled_once_by_one_of_the_two(place):
    theme, people = place.themes[0], place.people
    made = opened(place, 1)
    item = made.items.get()
    given(place, item, "officer", Code(theme.pk, "develop"))
    with pytest.raises(Refused, match="once both have coded"):
        settle_item(item, [], by=people.officer, at=NOW)
    given(place, item, "qa_head")

    with pytest.raises(PermissionDenied):
        settle_item(item, [], by=people.director, at=NOW)
    settle_item(item, [Code(theme.pk, "barrier")], by=people.qa_head, at=NOW)

    assert list(item.extract.codings.values_list("theme", "kind")) == [(theme.pk, "barrier")]
    with pytest.raises(Refused, match="settled already"):
        settle_item(item, [], by=people.officer, at=NOW)
    assert Extract.objects.free().count() == 4


def test_a_sheet_is_handed_in_once_by_one_of_the_two(place):
    made = opened(place)
    item = made.items.first()
    given(place, item, "officer")

    with pytest.raises(Refused, match="already"):
        given(place, item, "officer")
    with pytest.raises(PermissionDenied):
        given(place, item, "director")


def test_a_theme_that_was_merged_or_retired_meanwhile_holds_nothing_up(place):
    people = place.people
    old, gone = (add_theme(people.council, name, by=people.officer, at=NOW) for name in ("A", "B"))
    made = opened(place, 1)
    item = made.items.get()
    given(place, item, "officer", Code(old.pk, "develop"), Code(gone.pk, "develop"))
    into = place.themes[-1]
    merge_theme(old, into, by=people.qa_head, at=NOW)
    retire_theme(gone, by=people.qa_head, at=NOW)

    given(place, item, "qa_head", Code(into.pk, "develop"))

    assert list(item.extract.codings.values_list("theme", flat=True)) == [into.pk]

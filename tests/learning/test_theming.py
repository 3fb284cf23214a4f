import pytest
from django.core.exceptions import PermissionDenied

from core.models import TrailEntry
from core.moves import Refused
from learning.models import Coding, Theme
from learning.services.activities import Held, record_activity
from learning.services.coding import Code, code_extract
from learning.services.theming import (
    add_theme,
    keep_theme,
    listed_in,
    merge_theme,
    rename_theme,
    retire_theme,
    seed_themes,
)
from standards.selectors import edition
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.learning.scenes import coded, extract, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return scene()


def new(place, label: str = "Fathers") -> Theme:
    """A tag that the officer has added."""
    return add_theme(place.people.council, label, by=place.people.officer, at=NOW)


def test_seed_themes_takes_the_frameworks_own_list():
    version = framework("fixtures/frameworks/west-sussex/2.yaml")

    found = listed_in(edition(version))

    assert found == [label for _, label in edition(version).policy.themes]


def test_seed_themes_takes_core_areas_where_there_is_no_list():
    policy = edition(framework("fixtures/frameworks/bexley/1.yaml")).policy

    assert not policy.themes
    assert listed_in(edition(framework("fixtures/frameworks/bexley/1.yaml"))) == list(
        policy.core_areas
    )


def test_seed_themes_takes_the_sections_about_practice_where_there_is_neither(place):
    assert [one.label for one in place.themes] == ["Conversation"]
    assert {(one.state, one.from_framework) for one in place.themes} == {("used", True)}


def test_seed_themes_does_nothing_twice_nor_without_a_framework(place):
    assert seed_themes(place.people.council, at=NOW) == 0
    assert seed_themes(cast("northmere").council, at=NOW) == 0


def test_a_new_tag_is_used_at_once_and_added_once(place):
    one = new(place, "  Fathers   and others ")
    same = new(place, "fathers and OTHERS")

    assert (one.label, one.state, one.added_by) == (
        "Fathers and others",
        "new",
        place.people.officer,
    )
    assert same == one
    assert one in Theme.objects.in_use()


@pytest.mark.parametrize("label", ["", "   ", "x" * 121])
def test_a_new_tag_needs_a_name(place, label):
    with pytest.raises(Refused, match="name of at most"):
        new(place, label)


@pytest.mark.parametrize("who", ["head", "director", "auditor", "former"])
def test_only_those_who_code_add_tags(place, who):
    with pytest.raises(PermissionDenied):
        add_theme(place.people.council, "Fathers", by=getattr(place.people, who), at=NOW)


def test_nobody_adds_tags_to_another_councils_list(place):
    with pytest.raises(PermissionDenied):
        add_theme(place.people.council, "Fathers", by=cast("northmere").officer, at=NOW)


def test_the_qa_head_keeps_retires_and_takes_up_again(place):
    one, head = new(place), place.people.qa_head

    assert keep_theme(one, by=head, at=NOW).state == "used"
    assert retire_theme(one, by=head, at=NOW).state == "retired"
    with pytest.raises(Refused, match="no longer used"):
        new(place, "Fathers")
    assert keep_theme(one, by=head, at=NOW).state == "used"


@pytest.mark.parametrize("who", ["officer", "head", "director"])
@pytest.mark.parametrize("step", [keep_theme, retire_theme])
def test_only_the_qa_head_manages_the_list(place, who, step):
    with pytest.raises(PermissionDenied):
        step(new(place), by=getattr(place.people, who), at=NOW)


def test_renaming_keeps_what_is_coded_and_refuses_a_name_twice(place):
    one, head = new(place), place.people.qa_head

    assert rename_theme(one, "Men", by=head, at=NOW).label == "Men"
    assert rename_theme(one, "MEN", by=head, at=NOW).label == "MEN"
    with pytest.raises(Refused, match="such a theme already: Conversation"):
        rename_theme(one, "conversation", by=head, at=NOW)
    with pytest.raises(Refused, match="name of at most"):
        rename_theme(one, " ", by=head, at=NOW)


def test_merging_moves_codings_activities_and_suggestions(place):
    officer, head = place.people.officer, place.people.qa_head
    one, into = new(place), place.themes[0]
    audit = place.returned()
    both, single, waits = (extract(place, audit, number=n) for n in range(3))
    codes = [Code(one.pk, "develop"), Code(into.pk, "develop"), Code(one.pk, "strength")]
    code_extract(both, codes, by=officer, at=NOW)
    coded(single, one, officer)
    waits.suggestions.create(theme=one, score=0.8)
    held = Held("Workshop", "workshop", NOW.date(), (one,))
    activity = record_activity(held, by=officer, at=NOW)
    earlier = merge_theme(new(place, "Dads"), one, by=head, at=NOW)

    merged = merge_theme(one, into, by=head, at=NOW)

    assert (merged.state, merged.into) == ("merged", into)
    kept = Coding.objects.order_by("extract", "kind").values_list("extract", "theme", "kind")
    assert list(kept) == [
        (both.pk, into.pk, "develop"),
        (both.pk, into.pk, "strength"),
        (single.pk, into.pk, "develop"),
    ]
    assert list(activity.themes.all()) == [into]
    assert not waits.suggestions.exists()
    earlier.refresh_from_db()
    assert earlier.into == into
    assert new(place, "Fathers") == into
    assert TrailEntry.objects.filter(verb="merge theme", subject_id=one.pk).exists()


def test_a_theme_is_merged_once_and_into_one_in_use(place):
    head, into = place.people.qa_head, place.themes[0]
    one, other = new(place), new(place, "Mothers")
    merge_theme(one, into, by=head, at=NOW)
    retire_theme(other, by=head, at=NOW)

    for theme, target in ((one, into), (into, one), (into, other), (into, into)):
        with pytest.raises(Refused):
            merge_theme(theme, target, by=head, at=NOW)
    for step in (keep_theme, retire_theme):
        with pytest.raises(Refused, match="was merged"):
            step(one, by=head, at=NOW)

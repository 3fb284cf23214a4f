import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Audit
from core.moves import Refused
from learning.models import Coding, Extract, Theme
from learning.selectors.texts import texts_of
from learning.services.blind import open_round
from learning.services.coding import CHANGED, IN_ROUND, Code, code_extract, quote
from learning.services.theming import add_theme, retire_theme
from tests.factories.audits import NOW
from tests.factories.cast import cast
from tests.learning.scenes import coded, extract, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return scene()


@pytest.fixture
def one(place):
    return extract(place, place.returned())


def codes_of(one: Extract) -> set[tuple[int, str]]:
    """What stands for an extract."""
    return set(one.codings.values_list("theme", "kind"))


def test_code_extract_gives_several_themes_and_a_new_tag(place, one):
    officer, theme = place.people.officer, place.themes[0]
    one.suggestions.create(theme=theme, score=0.9)

    found = code_extract(
        one,
        [Code(theme.pk, "develop")],
        by=officer,
        at=NOW,
        read=0,
        new_tag="Fathers",
        kind="strength",
    )

    tag = Theme.objects.get(label="Fathers")
    assert codes_of(found) == {(theme.pk, "develop"), (tag.pk, "strength")}
    assert (found.done_by, found.done_at, found.revision) == (officer, NOW, 1)
    assert not one.suggestions.exists()


def test_code_extract_replaces_what_was_there_and_keeps_who_gave_what_stays(place, one):
    officer, head, theme = place.people.officer, place.people.qa_head, place.themes[0]
    code_extract(one, [Code(theme.pk, "develop"), Code(theme.pk, "barrier")], by=officer, at=NOW)

    code_extract(one, [Code(theme.pk, "develop"), Code(theme.pk, "said")], by=head, at=NOW)

    given = dict(Coding.objects.filter(extract=one).values_list("kind", "coder"))
    assert given == {"develop": officer.pk, "said": head.pk}


def test_nothing_to_code_is_a_code_too(place, one):
    found = code_extract(one, [], by=place.people.officer, at=NOW)

    assert codes_of(found) == set()
    assert not Extract.objects.waiting().exists()


def test_a_stale_save_is_refused(place, one):
    coded(one, place.themes[0], place.people.qa_head)

    with pytest.raises(Refused, match=CHANGED):
        code_extract(one, [], by=place.people.officer, at=NOW, read=0)
    assert len(codes_of(one)) == 1


def test_what_is_in_a_blind_round_is_not_coded_openly(place, one):
    people = place.people
    open_round(1, people.officer, people.qa_head, by=people.officer, at=NOW)

    with pytest.raises(Refused, match=IN_ROUND):
        coded(one, place.themes[0], people.officer)


@pytest.mark.parametrize("who", ["auditor", "worker", "head", "director", "former", "stranger"])
def test_only_the_qa_team_codes(place, one, who):
    with pytest.raises(PermissionDenied):
        coded(one, place.themes[0], getattr(place.people, who))


def test_nobody_codes_their_own_audit_nor_another_councils(place, one):
    with pytest.raises(PermissionDenied):
        coded(one, place.themes[0], cast("northmere").officer)

    Audit.objects.filter(pk=one.audit_id).update(auditor=place.people.officer)
    with pytest.raises(PermissionDenied):
        coded(one, place.themes[0], place.people.officer)


def test_a_theme_must_be_on_the_list_unless_it_stood_there_before(place, one):
    people, theme = place.people, place.themes[0]
    other = add_theme(people.council, "Fathers", by=people.officer, at=NOW)
    strange = Theme.objects.create(council=cast("northmere").council, label="X", added_at=NOW)
    coded(one, other, people.officer)
    retire_theme(other, by=people.qa_head, at=NOW)

    code_extract(
        one, [Code(other.pk, "develop"), Code(theme.pk, "develop")], by=people.officer, at=NOW
    )
    assert len(codes_of(one)) == 2
    for wrong in (Code(strange.pk, "develop"), Code(theme.pk, "odd"), Code(10**9, "develop")):
        with pytest.raises(Refused):
            code_extract(one, [wrong], by=people.officer, at=NOW)
    code_extract(one, [], by=people.officer, at=NOW)
    with pytest.raises(Refused, match="from the list"):
        coded(one, other, people.officer)


def test_quote_keeps_words_that_a_person_wrote_and_takes_them_back(place, one):
    officer = place.people.officer

    kept = quote(one, " Dates   slip. ", by=officer, at=NOW)
    assert (kept.quotation, kept.quoted_by, kept.quoted_at) == ("Dates slip.", officer, NOW)

    gone = quote(one, "", by=officer, at=NOW)
    assert (gone.quotation, gone.quoted_by, gone.quoted_at) == ("", None, None)
    with pytest.raises(Refused, match="characters"):
        quote(one, "x" * 501, by=officer, at=NOW)
    with pytest.raises(PermissionDenied):
        quote(one, "Dates.", by=place.people.director, at=NOW)


def test_an_extract_never_holds_the_text(place, one):
    text = texts_of([one])[one.pk]

    kept = Extract.objects.filter(pk=one.pk).values().get()
    assert text not in {str(value) for value in kept.values()}

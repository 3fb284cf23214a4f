"""Preparing the next edition: one change at a time, nobody's work lost, and a second person publishes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from core.models import TrailEntry
from core.moves import Refused
from people.models import Council
from standards import drafting, editing
from standards.crosscheck.paths import place_of
from standards.models import FrameworkVersion
from standards.schema import read, unacknowledged
from tests.factories.cast import Cast, cast
from tests.factories.standards import edition_of, framework_text

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)
LATER = date(2027, 4, 1)


@dataclass(frozen=True)
class Made:
    """A council with its framework in force and its people."""

    version: FrameworkVersion
    people: Cast


@pytest.fixture
def made() -> Made:
    return Made(edition_of("eastmere"), cast("eastmere"))


def wanted(version, path, value) -> drafting.Change:
    """A change of a value as it is seen now."""
    place = editing.place_of(path)
    return drafting.Change(
        place, value, editing.mark_of(editing.value_at(read(version.source), place))
    )


def change(version, by, path="actions.minimum", value=1) -> FrameworkVersion:
    return drafting.change(version, wanted(version, path, value), by=by, at=NOW)


def next_file(**changes: object) -> str:
    """The council's file as its next edition."""
    text = editing.as_edition(framework_text("eastmere"), 4)
    for path, value in changes.items():
        text = editing.changed(text, editing.place_of(path.replace("__", ".")), value)
    return text


def ready(made, by=None) -> FrameworkVersion:
    """A draft without warnings, proposed."""
    draft = change(made.version, made.people.officer)
    rows = [(row.name, row.path) for row in unacknowledged(read(draft.source))]
    draft = drafting.accept_warnings(
        draft, rows, reason="So meant.", by=made.people.officer, at=NOW
    )
    return drafting.propose(
        draft, first_day=LATER, seen=draft.checksum, by=by or made.people.officer, at=NOW
    )


def test_a_change_of_the_edition_in_force_begins_the_next(made):
    draft = change(made.version, made.people.officer)

    assert (draft.edition, draft.state, draft.effective_from) == (4, "draft", TODAY)
    assert read(draft.source)["actions"]["minimum"] == 1
    made.version.refresh_from_db()
    assert read(made.version.source)["actions"]["minimum"] == 0
    entry = TrailEntry.objects.filter(verb="change framework").get()
    assert entry.detail == {"edition": 4, "from": 3}


def test_a_second_change_goes_into_the_same_draft(made):
    draft = change(made.version, made.people.officer)

    again = change(draft, made.people.qa_head, "framework.name", "Another name")

    assert again.pk == draft.pk
    assert read(again.source)["actions"]["minimum"] == 1
    assert read(again.source)["framework"]["name"] == "Another name"


def test_two_people_with_the_same_page_open_both_keep_their_change(made):
    draft = change(made.version, made.people.officer)
    seen = FrameworkVersion.objects.get(pk=draft.pk)
    change(draft, made.people.officer, "framework.name", "Another name")

    again = change(seen, made.people.qa_head, "words.audit", "look")

    document = read(again.source)
    assert (document["framework"]["name"], document["words"]["audit"]) == ("Another name", "look")


def test_a_value_that_somebody_else_has_changed_is_not_overwritten(made):
    draft = change(made.version, made.people.officer)
    stale = wanted(draft, "framework.name", "Mine")
    change(draft, made.people.qa_head, "framework.name", "Theirs")

    with pytest.raises(Refused, match="Somebody has changed this"):
        drafting.change(draft, stale, by=made.people.officer, at=NOW)


def test_an_edition_with_a_newer_one_is_not_the_place_for_a_change(made):
    change(made.version, made.people.officer)

    with pytest.raises(Refused, match="Edition 4 is a draft already"):
        change(made.version, made.people.officer)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("framework.code", "bexley"),
        ("framework.edition", 9),
        ("tools[0].code", "other"),
        ("format", 1),
    ],
)
def test_whose_file_it_is_and_its_codes_never_change(made, path, value):
    with pytest.raises(PermissionDenied):
        change(made.version, made.people.officer, path, value)


def test_a_change_with_a_fault_is_refused_and_makes_no_draft(made):
    with pytest.raises(Refused) as refused:
        change(made.version, made.people.officer, "overall_grade.grades", ["excellent", "good"])

    assert "overall_grade.grades[0]" in refused.value.problems[0]
    assert FrameworkVersion.objects.count() == 1


def test_a_change_ends_a_proposal(made):
    draft = ready(made)

    again = change(draft, made.people.qa_head, "framework.name", "Another name")

    assert again.proposed_by is None


@pytest.mark.parametrize(
    "name", ["auditor", "moderator", "reader", "stranger", "former", "director"]
)
def test_nobody_but_the_qa_team_and_the_administrator_prepares(made, name):
    who = getattr(made.people, name)
    for step in (
        lambda: change(made.version, who),
        lambda: drafting.upload(next_file(), by=who, at=NOW),
        lambda: drafting.propose(made.version, first_day=LATER, seen="", by=who, at=NOW),
        lambda: drafting.approve(made.version, seen="", by=who, at=NOW),
        lambda: drafting.retire(made.version, by=who, at=NOW),
        lambda: drafting.accept_warnings(made.version, [], reason="x", by=who, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            step()


def test_the_next_edition_is_loaded_as_a_draft_and_the_same_file_again_changes_nothing(made):
    draft = drafting.upload(next_file(), by=made.people.officer, at=NOW)

    assert (draft.edition, draft.state) == (4, "draft")
    assert drafting.upload(next_file(), by=made.people.officer, at=NOW).pk == draft.pk
    assert drafting.upload(made.version.source, by=made.people.officer, at=NOW).state == "published"


@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_edition_that_is_not_the_next_is_refused(made, number):
    text = editing.as_edition(next_file(actions__minimum=2), number)

    with pytest.raises(Refused, match="The next edition is 4"):
        drafting.upload(text, by=made.people.officer, at=NOW)


def test_another_councils_file_is_refused_and_its_framework_left_alone(made):
    with pytest.raises(Refused, match="your council is “eastmere”"):
        drafting.upload(framework_text("northshire"), by=made.people.officer, at=NOW)

    assert not Council.objects.filter(code="northshire").exists()


def test_anothers_draft_is_replaced_only_by_somebody_who_has_seen_it(made):
    draft = change(made.version, made.people.qa_head)
    text = next_file(actions__minimum=2)

    for replace in ("", "an older checksum"):
        with pytest.raises(Refused, match="a draft already"):
            drafting.upload(text, by=made.people.officer, at=NOW, replace=replace)
    again = drafting.upload(text, by=made.people.officer, at=NOW, replace=draft.checksum)

    assert (again.pk, read(again.source)["actions"]["minimum"]) == (draft.pk, 2)


def test_a_file_in_the_place_of_a_draft_ends_its_proposal(made):
    draft = ready(made)

    again = drafting.upload(next_file(), by=made.people.qa_head, at=NOW, replace=draft.checksum)

    assert again.proposed_by is None
    with pytest.raises(Refused, match="Nobody has asked"):
        drafting.approve(again, seen=again.checksum, by=made.people.qa_head, at=NOW)


def test_warnings_are_accepted_by_name_once(made):
    version = edition_of("northshire")
    people = cast("northshire")
    text = editing.as_edition(version.source, version.edition + 1)
    text = editing.without(text, ("acknowledged",))
    draft = drafting.upload(text, by=people.officer, at=NOW)
    rows = [(row.name, row.path) for row in unacknowledged(read(draft.source))]
    assert rows

    for _ in range(2):
        draft = drafting.accept_warnings(draft, rows, reason="It is so.", by=people.officer, at=NOW)

    assert unacknowledged(read(draft.source)) == []
    kept = read(draft.source)["acknowledged"]
    assert [(one["warning"], one["path"]) for one in kept] == rows
    assert {one["reason"] for one in kept} == {"It is so."}


def test_a_confirmed_assumption_leaves_the_list_and_the_marks_it_speaks_of():
    version, people = edition_of("bexley"), cast("bexley")
    before = read(version.source)
    at = next(
        n
        for n, one in enumerate(before["assumed"])
        if place_of(one["path"], before) == ("ladders", 0)
    )
    place = ("assumed", at)

    draft = drafting.confirm(
        version, place, editing.mark_of(before["assumed"][at]), by=people.officer, at=NOW
    )

    after = read(draft.source)
    assert len(after["assumed"]) == len(before["assumed"]) - 1
    assert "assumed" not in str(after["ladders"][0])
    assert after["ladders"][1] == before["ladders"][1]
    with pytest.raises(Refused, match="Somebody has changed this"):
        drafting.confirm(draft, place, "older", by=people.officer, at=NOW)
    with pytest.raises(PermissionDenied):
        drafting.confirm(draft, ("actions",), "", by=people.officer, at=NOW)


def test_a_draft_is_published_by_a_second_person_from_its_day(made):
    draft = ready(made)

    published = drafting.approve(draft, seen=draft.checksum, by=made.people.qa_head, at=NOW)

    assert (published.state, published.published_by) == ("published", made.people.qa_head)
    assert published.effective_from == LATER
    with pytest.raises(Refused, match="not a draft"):
        drafting.approve(published, seen=draft.checksum, by=made.people.qa_head, at=NOW)


def test_nobody_approves_their_own_proposal(made):
    draft = ready(made, by=made.people.qa_head)

    with pytest.raises(Refused, match="You proposed this one yourself"):
        drafting.approve(draft, seen=draft.checksum, by=made.people.qa_head, at=NOW)
    assert drafting.approve(draft, seen=draft.checksum, by=made.people.administrator, at=NOW)


def test_what_has_changed_since_it_was_seen_is_neither_proposed_nor_approved(made):
    draft = ready(made)

    with pytest.raises(Refused, match="has changed since"):
        drafting.approve(draft, seen="older", by=made.people.qa_head, at=NOW)
    with pytest.raises(Refused, match="has changed since"):
        drafting.propose(draft, first_day=LATER, seen="older", by=made.people.officer, at=NOW)


def test_of_two_who_propose_the_same_the_second_is_told(made):
    draft = ready(made)

    with pytest.raises(Refused, match="has already asked"):
        drafting.propose(
            draft, first_day=LATER, seen=draft.checksum, by=made.people.qa_head, at=NOW
        )
    draft.refresh_from_db()
    assert draft.proposed_by == made.people.officer


def test_the_first_day_is_today_or_later_at_the_proposal_and_at_the_approval(made):
    draft = ready(made)

    with pytest.raises(Refused, match="today or later"):
        drafting.propose(
            draft, first_day=date(2026, 11, 9), seen=draft.checksum, by=made.people.officer, at=NOW
        )
    with pytest.raises(Refused, match="first day has passed"):
        drafting.approve(
            draft,
            seen=draft.checksum,
            by=made.people.qa_head,
            at=datetime(2027, 4, 2, 9, 0, tzinfo=UTC),
        )


def test_a_published_edition_is_not_proposed(made):
    with pytest.raises(Refused, match="not a draft"):
        drafting.propose(
            made.version,
            first_day=LATER,
            seen=made.version.checksum,
            by=made.people.officer,
            at=NOW,
        )


def test_an_edition_is_compared_with_the_one_in_force_or_the_one_before(made):
    draft = change(made.version, made.people.officer)

    assert drafting.compared_with(draft, TODAY) == made.version
    assert drafting.compared_with(made.version, TODAY) is None


def test_a_published_edition_is_retired(made):
    assert drafting.retire(made.version, by=made.people.qa_head, at=NOW).state == "retired"

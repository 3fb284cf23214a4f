"""Reading editions: which is in force, and one as a frozen tree."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from standards import selectors
from standards.edition import (
    AppliesWhen,
    Area,
    Cell,
    Option,
    PartForm,
    Scaling,
    Standard,
    Suggestion,
    Window,
)
from standards.models import FrameworkVersion
from standards.policy import Duration, GradeCondition, PerAuditor
from standards.selectors import edition, in_force
from standards.services import load, retire
from tests.factories.people import CouncilFactory
from tests.factories.standards import AT, edition_of, framework_text, published

pytestmark = pytest.mark.django_db

TEXT = framework_text("northshire")


@pytest.fixture
def northshire():
    return edition(edition_of("northshire"))


def edition_from(day: str, number: int) -> FrameworkVersion:
    """The made-up framework published as another edition from another day."""
    return published(TEXT.replace("edition: 3", f"edition: {number}").replace("2026-01-01", day))


# In force


@pytest.mark.parametrize(
    ("on", "number"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), 3),
        (date(2026, 5, 3), 3),
        (date(2026, 5, 4), 4),
        (date(2027, 5, 4), 4),
    ],
)
def test_in_force_is_the_last_edition_to_have_taken_effect(on, number):
    council = edition_of("northshire").council
    edition_from("2026-05-04", 4)

    found = in_force(council, on)

    assert (found.edition if found else None) == number


def test_in_force_takes_the_higher_of_two_editions_of_one_day():
    council = edition_of("northshire").council
    edition_from("2026-01-01", 5)
    edition_from("2026-01-01", 4)

    assert in_force(council, date(2026, 6, 1)).edition == 5


def test_in_force_leaves_out_drafts_and_retired_editions():
    version = edition_of("northshire")
    load(TEXT.replace("edition: 3", "edition: 4"), at=AT)
    retire(edition_from("2026-02-01", 5), at=AT, cause="test")

    assert in_force(version.council, date(2026, 6, 1)) == version


def test_in_force_is_asked_for_one_council():
    edition_of("northshire")

    assert in_force(CouncilFactory(code="other"), date(2026, 6, 1)) is None


def test_editions_are_visible_to_their_own_council_only(django_user_model):
    version = edition_of("northshire")
    own = django_user_model(council=version.council)
    stranger = django_user_model(council=CouncilFactory(code="other"))

    assert list(FrameworkVersion.objects.visible_to(own)) == [version]
    assert list(FrameworkVersion.objects.visible_to(stranger)) == []


# The frozen tree


def test_edition_reads_a_cold_edition_in_six_queries_and_a_warm_one_in_none(
    django_assert_num_queries,
):
    version = edition_of("northshire")

    with django_assert_num_queries(6):
        cold = edition(version)
    with django_assert_num_queries(0):
        warm = edition(
            FrameworkVersion(pk=version.pk, checksum=version.checksum, state=version.state)
        )

    assert warm is cold


def test_edition_reads_a_larger_framework_in_six_queries_too(django_assert_num_queries):
    version = edition_of("bexley")

    with django_assert_num_queries(6):
        edition(version)


def test_edition_reads_a_draft_afresh_each_time():
    first = edition(load(TEXT, at=AT))

    second = edition(load(TEXT.replace("title: Records", "title: The records"), at=AT))

    assert first.tools["talk"].question("records").title == "Records"
    assert second.tools["talk"].question("records").title == "The records"


def test_edition_stays_the_same_when_it_is_retired():
    version = edition_of("northshire")
    before = edition(version)

    assert edition(retire(version, at=AT, cause="test")) is before


def test_editions_kept_in_the_process_are_bounded(monkeypatch):
    monkeypatch.setattr(selectors, "KEEP", 2)
    monkeypatch.setattr(selectors, "_kept", {})

    for number in (3, 4, 5):
        edition(edition_from("2026-01-01", number))

    assert [one.number for one in selectors._kept.values()] == [5]


def test_edition_says_what_it_is(northshire):
    assert (northshire.council_code, northshire.framework_name) == (
        "northshire",
        "Northshire quality framework",
    )
    assert (northshire.number, northshire.label) == (3, "third edition")
    assert northshire.effective_from == date(2026, 1, 1)
    assert northshire.policy.word("audit", "audit") == "practice conversation"


def test_edition_holds_its_form_in_the_order_of_the_file(northshire):
    tool = northshire.tools["talk"]

    assert (tool.title, tool.short, tool.intro) == (
        "Practice conversation",
        "Conversation",
        "A conversation about one child.",
    )
    assert [section.code for section in tool.sections] == ["before", "talk", "outcome"]
    assert [q.code for section in tool.sections for q in section.questions] == [
        "proud",
        "voice",
        "records",
        "outcome",
    ]
    assert [part.code for part in tool.parts][:3] == ["proud.story", "proud.sure", "voice.note"]
    assert len(tool.parts) == 15


def test_edition_holds_a_section_as_the_file_says(northshire):
    section = northshire.tools["talk"].section("before")

    assert (section.number, section.title, section.intro) == ("", "Before we talk", "Think back.")
    assert (section.respondent, section.open_in) == ("practitioner", ("preparing",))
    assert section.hidden_until_session_from == ("auditor",)
    assert (section.paging, section.minutes) == ("section", 15)
    assert northshire.tools["talk"].section("talk").paging == "question"
    assert northshire.tools["talk"].section("outcome").minutes is None


def test_edition_holds_a_question_as_the_file_says(northshire):
    question = northshire.tools["talk"].question("voice")

    assert (question.number, question.title) == ("1", "The child's voice")
    assert question.text == "How do we know what life is like for the child?"
    assert (question.areas, question.standards) == (("voice", "safety"), ("1.1", "2"))
    assert (question.scaling, question.repeat, question.source) == (None, 1, "NS-4")
    assert question.note == "The source does not say who else is asked."
    assert question.section_code == "talk"
    assert northshire.tools["talk"].question("proud").repeat == 3


def test_edition_holds_parts_as_the_file_says(northshire):
    tool = northshire.tools["talk"]
    seen_on, place = tool.part("voice.seen_on"), tool.part("voice.place")

    assert seen_on == PartForm(
        id=seen_on.id,
        code="voice.seen_on",
        kind="date",
        label="When was the child last seen?",
        respondent="joint",
        question_code="voice",
        section_code="talk",
        required_at="return",
        required_when=("voice.seen", ("yes",)),
    )
    assert place.options == (
        Option("home", "At home", "The best place."),
        Option("school", "At school"),
    )
    assert tool.part("proud.story").max_length == 200
    assert tool.part("records.child").shows == "case.number"
    assert tool.part("outcome.read").help == "They guide; they are no checklist."


def test_edition_gives_a_scale_its_own_ends_or_those_of_the_question(northshire):
    tool = northshire.tools["talk"]
    own, of_question = tool.part("voice.rating"), tool.part("records.fullness")

    assert (own.scale, own.low, own.high) == ("five", "Not at all", "Fully")
    assert (of_question.low, of_question.high) == ("Thin", "Full")
    assert tool.part("records.found").low == ""
    assert tool.question("records").scaling == Scaling("How full are the records?", "Thin", "Full")


@pytest.mark.parametrize("ask", ["section", "question", "part"])
def test_edition_refuses_a_code_that_the_form_does_not_have(northshire, ask):
    with pytest.raises(KeyError):
        getattr(northshire.tools["talk"], ask)("nothing")


def test_guidance_is_the_areas_and_standards_of_a_question_by_number_or_by_section(northshire):
    guidance = northshire.guidance(northshire.tools["talk"].question("voice"))

    assert [area.code for area in guidance.areas] == ["voice", "safety"]
    assert guidance.areas[1] == Area(
        code="safety",
        title="Safety",
        aim="The child is safe.",
        columns=("practice", "systemic"),
        cells={
            "good": (
                Cell("practice", "The plan is tested."),
                Cell("systemic", "Teams learn from each other."),
            ),
            "inadequate": (Cell("practice", "Nobody knows the plan."),),
        },
    )
    assert guidance.standards == (
        Standard("1.1", "", "1", "Seeing the child", "Alone", "The child is seen alone."),
        Standard(
            "2.1", "II", "2", "Working together", "Plans", "Plans are made <b>with</b> the family."
        ),
    )


def test_guidance_is_empty_for_a_question_that_names_none(northshire):
    guidance = northshire.guidance(northshire.tools["talk"].question("proud"))

    assert (guidance.areas, guidance.standards) == ((), ())


def test_edition_cannot_be_changed(northshire):
    with pytest.raises(FrozenInstanceError):
        northshire.number = 4
    with pytest.raises(TypeError):
        northshire.tools["talk"] = None
    with pytest.raises(TypeError):
        northshire.areas["voice"].cells["good"] = ()


def test_rows_are_named_by_what_people_call_them():
    version = edition_of("northshire")

    names = [
        str(version.framework),
        str(version.tools.get()),
        str(version.sections.get(code="talk")),
        str(version.questions.get(code="voice")),
        str(version.parts.get(code="voice.note")),
        str(version.standards.get(number="2.1")),
        str(version.descriptors.filter(area="voice").first()),
    ]

    assert names == [
        "Northshire quality framework",
        "Practice conversation",
        "Conversation",
        "1 The child's voice",
        "voice.note",
        "2.1 Plans",
        "voice good 1",
    ]
    assert str(version) == f"{version.framework_id} edition 3"


def test_a_closed_edition_is_never_in_force():
    council = edition_of("northshire").council
    closed = published(
        TEXT.replace("edition: 3", "edition: 4").replace(
            "effective_from: 2026-01-01", "effective_from: 2026-05-04\n  closed: true"
        )
    )

    assert closed.policy["framework"]["closed"] is True
    assert in_force(council, date(2026, 6, 1)).edition == 3


def test_the_further_keys_of_a_form_come_back_as_values():
    found = edition(edition_of("sixthshire"))
    review, spot = found.tools["review"], found.tools["spot"]

    assert review.used_for == "Monthly reviews"
    assert review.window == Window(
        Duration(12, "months"), Duration(3, "months"), "Read the year, judge the last quarter."
    )
    assert spot.window == Window(look_back=Duration(4, "weeks"))
    assert review.suggestion.bands == ((0, "weak"), (40, "fair"), (70, "strong"))
    assert spot.suggestion == Suggestion("lowest", "outcome.why_other")
    assert review.section("little").applies_when == AppliesWhen("", "case.age", ("0-4",))
    assert [one.code for one in review.sections if one.always] == ["work"]
    assert (review.part("core.alone").weight, review.part("core.alone").priority) == (2, True)
    assert review.part("core.views").also == ("partly", "not_applicable")
    assert review.part("core.supervision").options[1] == Option("short", "In short", "", "partly")
    assert review.part("core.work").grades == ("weak", "fair", "strong")
    assert review.part("core.work").aspect == "The work"
    seen = review.part("visits.seen")
    assert (seen.lowest, seen.highest, seen.unit) == (0, 90, "visits")
    assert found.policy.allocation.per_auditor == PerAuditor(None, "month", 50)
    assert found.policy.overall_grade.conditions == (GradeCondition("leading", "leading.proof"),)
    assert found.policy.months_without_audits == (8, 12)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (Duration(12, "months"), "12 months"),
        (Duration(1, "working_days"), "1 working day"),
        (Duration(0, "hours"), "0 hours"),
    ],
)
def test_a_length_of_time_reads_as_people_say_it(length, words):
    assert length.words == words

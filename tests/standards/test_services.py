"""Loading, publishing and retiring an edition."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import yaml
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from core.models import TrailEntry
from core.moves import Refused
from people.models import Council, PostType
from standards.models import (
    Descriptor,
    Framework,
    FrameworkVersion,
    Part,
    PracticeStandard,
    Question,
    Section,
    Tool,
)
from standards.safe_yaml import load as read_yaml
from standards.services import load, loaded, publish, retire
from tests.factories.people import CouncilFactory, PostTypeFactory, UserFactory
from tests.factories.standards import AT, framework_text, published

pytestmark = pytest.mark.django_db

TEXT = framework_text("northshire")
LATER = AT + timedelta(days=1)
STATE = FrameworkVersion.State


def text_with(old: str, new: str) -> str:
    """The made-up framework with one thing said otherwise."""
    assert old in TEXT
    return TEXT.replace(old, new)


def rows_of(version: FrameworkVersion) -> list[int]:
    models = (Tool, Section, Question, Part, PracticeStandard, Descriptor)
    return [model.objects.filter(version=version).count() for model in models]


# Loading


def test_load_makes_a_draft_with_its_council_and_rows():
    version = load(TEXT, at=AT)

    assert (version.state, version.edition, version.label) == (STATE.DRAFT, 3, "third edition")
    assert (version.effective_from, version.loaded_at) == (date(2026, 1, 1), AT)
    assert (version.council.code, version.council.name) == ("northshire", "Northshire")
    assert version.framework.name == "Northshire quality framework"
    assert version.source == TEXT
    assert rows_of(version) == [1, 3, 4, 15, 3, 6]


def test_load_writes_the_answers_join_on_rows_with_stable_codes():
    version = load(TEXT, at=AT)

    assert list(version.parts.order_by("question", "order").values_list("code", flat=True)) == [
        "proud.story",
        "proud.sure",
        "voice.note",
        "voice.rating",
        "voice.seen",
        "voice.seen_on",
        "voice.why_not",
        "voice.place",
        "records.child",
        "records.found",
        "records.fullness",
        "outcome.read",
        "outcome.overall",
        "outcome.rationale",
        "outcome.actions",
    ]


def test_load_gives_a_part_its_sections_respondent_unless_it_says_otherwise():
    version = load(TEXT, at=AT)

    respondents = dict(version.parts.values_list("code", "respondent"))

    assert respondents["proud.story"] == "practitioner"
    assert respondents["records.found"] == "auditor"
    assert respondents["records.fullness"] == "joint"


def test_load_writes_a_condition_with_the_full_code_of_its_part():
    version = load(TEXT, at=AT)

    conditions = {
        code: details["required_when"]
        for code, details in version.parts.values_list("code", "details")
        if "required_when" in details
    }

    assert conditions == {
        "voice.seen_on": {"part": "voice.seen", "in": ["yes"]},
        "voice.why_not": {"part": "voice.seen", "in": ["no"]},
    }


def test_load_keeps_a_single_area_as_a_list_of_one():
    version = load(TEXT, at=AT)

    areas = dict(version.questions.values_list("code", "areas"))

    assert areas == {
        "proud": [],
        "voice": ["voice", "safety"],
        "records": ["safety"],
        "outcome": [],
    }


def test_load_of_the_same_file_again_changes_nothing():
    first = load(TEXT, at=AT)
    parts = list(first.parts.values_list("pk", flat=True))

    again = load(TEXT, at=LATER)

    assert (again.pk, again.loaded_at) == (first.pk, AT)
    assert list(again.parts.values_list("pk", flat=True)) == parts
    assert TrailEntry.objects.filter(verb="load framework").count() == 1


def test_load_takes_other_line_ends_for_the_same_file():
    first = load(TEXT, at=AT)

    again = load(TEXT.replace("\n", "\r\n"), at=LATER)

    assert (again.pk, again.loaded_at) == (first.pk, AT)


def test_load_replaces_a_draft_with_another_text():
    first = load(TEXT, at=AT)

    second = load(text_with("title: Records", "title: The records"), at=LATER)

    assert (second.pk, second.loaded_at) == (first.pk, LATER)
    assert rows_of(second) == [1, 3, 4, 15, 3, 6]
    assert second.questions.get(code="records").title == "The records"
    assert loaded(TEXT) is None


@pytest.mark.parametrize("retired", [False, True])
def test_load_refuses_another_text_for_an_edition_that_is_no_draft(retired):
    version = published(TEXT)
    if retired:
        retire(version, at=LATER, cause="test")

    with pytest.raises(Refused, match="Give the file the next edition number"):
        load(text_with("title: Records", "title: The records"), at=LATER)

    assert version.questions.get(code="records").title == "Records"


def test_load_of_a_published_edition_with_the_same_text_changes_nothing():
    version = published(TEXT)

    again = load(TEXT, at=LATER)

    assert (again.pk, again.state, again.loaded_at) == (version.pk, STATE.PUBLISHED, AT)


def test_load_of_the_next_edition_stands_beside_the_first():
    first = published(TEXT)

    second = load(text_with("edition: 3", "edition: 4"), at=LATER)

    assert second.framework_id == first.framework_id
    assert (second.edition, second.state) == (4, STATE.DRAFT)
    assert (Council.objects.count(), Framework.objects.count()) == (1, 1)


def test_load_refuses_a_file_with_faults_and_writes_nothing():
    with pytest.raises(Refused) as refused:
        load(text_with("rank: 4", "rank: four"), at=AT)

    [problem] = refused.value.problems
    assert problem.endswith("grades[3].rank: “four” is not a whole number. Write that here.")
    assert (Council.objects.count(), FrameworkVersion.objects.count()) == (0, 0)


def test_load_refuses_a_file_that_cannot_be_read():
    with pytest.raises(Refused) as refused:
        load("format: 1\nformat: 1", at=AT)

    assert refused.value.problems == ("line 2: The key “format” stands twice. Keep one of them.",)


def test_load_keeps_a_council_that_is_there_already():
    council = CouncilFactory(code="northshire", name="Northshire County Council")

    version = load(TEXT, at=AT)

    assert version.council == council
    assert Council.objects.get().name == "Northshire County Council"


def test_load_keeps_markup_as_text():
    version = load(text_with("title: Records", "title: <script>alert('x')</script>"), at=AT)

    assert version.questions.get(code="records").title == "<script>alert('x')</script>"


def test_load_leaves_a_line_in_the_trail():
    version = load(TEXT, at=AT)

    entry = TrailEntry.objects.get(verb="load framework")
    assert (entry.subject_id, entry.council_id, entry.at) == (version.pk, version.council_id, AT)
    assert entry.detail == {"edition": 3, "checksum": version.checksum}


def big(questions: int) -> str:
    """The made-up framework with this many more questions."""
    document = read_yaml(TEXT)
    listed = document["tools"][0]["sections"][1]["questions"]
    listed += [{**listed[1], "code": f"more{n}", "number": f"m{n}"} for n in range(questions)]
    # Written out in full: an alias for each question would be refused.
    dumper = type("Plain", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})
    return yaml.dump(document, Dumper=dumper, sort_keys=False)


@pytest.mark.skipif(sys.gettrace() is not None, reason="measuring coverage slows the work down")
def test_load_brings_in_five_hundred_questions_within_two_seconds():
    """Time at work, the better of two tries: other work on the machine must not fail the test."""
    taken = []
    for edition in ("edition: 4", "edition: 5"):
        text = big(500).replace("edition: 3", edition)
        start = time.process_time()
        version = load(text, at=AT)
        taken.append(time.process_time() - start)
        assert version.questions.count() == 504

    assert min(taken) < 2


def test_load_needs_the_same_number_of_queries_for_one_question_and_for_many(
    django_assert_max_num_queries,
):
    load(text_with("edition: 3", "edition: 2"), at=AT)

    with django_assert_max_num_queries(30) as few:
        load(TEXT, at=AT)
    with django_assert_max_num_queries(30) as many:
        load(big(60).replace("edition: 3", "edition: 4"), at=AT)

    assert len(many) == len(few)


@pytest.mark.django_db(transaction=True)
def test_two_who_load_and_publish_the_same_file_at_once_make_one_edition():
    """Two processes that start together both bring the frameworks in."""
    ready = Barrier(2)

    def bring_in() -> int:
        try:
            ready.wait()
            with transaction.atomic():
                return publish(load(TEXT, at=AT), at=AT, cause="test").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(bring_in) for _ in range(2)]
        keys = {one.result() for one in tries}

    assert keys == {FrameworkVersion.objects.get().pk}
    assert rows_of(FrameworkVersion.objects.get()) == [1, 3, 4, 15, 3, 6]
    assert TrailEntry.objects.filter(verb="publish framework").count() == 1


# Publishing


def test_publish_freezes_the_edition_and_says_who_and_when():
    person = UserFactory()

    version = publish(load(TEXT, at=AT), by=person, at=LATER)

    assert (version.state, version.published_at, version.published_by) == (
        STATE.PUBLISHED,
        LATER,
        person,
    )
    entry = TrailEntry.objects.get(verb="publish framework")
    assert (entry.subject_id, entry.by_id, entry.detail) == (version.pk, person.pk, {"edition": 3})


def test_publish_makes_the_councils_kinds_of_post_follow_the_framework():
    council = CouncilFactory(code="northshire")
    PostTypeFactory(council=council, code="TM", title="Old title", roles=["practitioner"])
    kept = PostTypeFactory(council=council, code="OLD", title="Old post", roles=["auditor"])
    elsewhere = PostTypeFactory(code="TM", title="Team manager", roles=["auditor"])

    publish(load(TEXT, at=AT), at=AT, cause="test")

    rows = (
        PostType.objects.filter(council=council)
        .order_by("code")
        .values_list("code", "title", "roles")
    )
    assert list(rows) == [
        ("HOS", "Head of service", ["head_of_service", "auditor"]),
        ("HQA", "Head of quality", ["qa_head"]),
        ("OLD", kept.title, ["auditor"]),
        ("QAO", "Quality lead", ["qa_officer", "administrator"]),
        ("SM", "Group manager", ["next_level", "auditor"]),
        ("SW", "Key worker", ["practitioner"]),
        ("TM", "Practice manager", ["line_manager", "auditor"]),
    ]
    elsewhere.refresh_from_db()
    assert elsewhere.title == "Team manager"


def test_load_alone_leaves_the_kinds_of_post_as_they_are():
    load(TEXT, at=AT)

    assert PostType.objects.count() == 0


def test_publish_of_an_older_edition_leaves_the_kinds_of_post_alone():
    published(TEXT)
    older = text_with("edition: 3", "edition: 2").replace("2026-01-01", "2019-01-01")

    published(older.replace("title: Practice manager", "title: Team leader"))

    assert PostType.objects.get(code="TM").title == "Practice manager"


def test_publish_again_changes_nothing():
    version = published(TEXT)

    again = publish(version, at=LATER, cause="test")

    assert again.published_at == AT
    assert TrailEntry.objects.filter(verb="publish framework").count() == 1


def test_publish_refuses_a_retired_edition():
    version = retire(published(TEXT), at=LATER, cause="test")

    with pytest.raises(Refused, match="This edition is retired"):
        publish(version, at=LATER, cause="test")


def test_publish_refuses_a_draft_that_was_loaded_before_a_check_existed():
    version = load(TEXT, at=AT)
    FrameworkVersion.objects.filter(pk=version.pk).update(source=text_with("rank: 4", "rank: four"))

    with pytest.raises(Refused, match="has faults"):
        publish(version, at=AT, cause="test")

    version.refresh_from_db()
    assert version.state == STATE.DRAFT


@pytest.mark.parametrize(
    "model",
    [Tool, Section, Question, Part, PracticeStandard, Descriptor],
    ids=lambda model: model.__name__,
)
def test_no_row_of_a_published_edition_can_be_changed_removed_or_added(model):
    version = published(TEXT)
    rows = model.objects.filter(version=version)
    column = "text" if model in (PracticeStandard, Descriptor) else "code"

    for attempt in (
        lambda: rows.update(**{column: F(column)}),
        lambda: rows._raw_delete(rows.db),
        lambda: model.objects.bulk_create([copy_of(rows.first())]),
    ):
        with (
            pytest.raises(DatabaseError, match="published and cannot be changed"),
            transaction.atomic(),
        ):
            attempt()


def copy_of(row):
    row.pk = None
    return row


@pytest.mark.parametrize(
    "change",
    [
        {"policy": {}},
        {"source": ""},
        {"edition": 9},
        {"effective_from": date(2030, 1, 1)},
        {"state": "draft"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_published_edition_keeps_what_it_says(change):
    version = published(TEXT)

    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        FrameworkVersion.objects.filter(pk=version.pk).update(**change)


def test_a_published_edition_cannot_be_removed():
    version = published(TEXT)

    with pytest.raises(DatabaseError, match="Cannot delete rows"), transaction.atomic():
        FrameworkVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_an_edition_stands_once():
    version = load(TEXT, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        FrameworkVersion.objects.bulk_create([copy_of(version)])


# Retiring


def test_retire_takes_a_published_edition_out_of_use():
    version = retire(published(TEXT), at=LATER, cause="test")

    assert (version.state, version.retired_at) == (STATE.RETIRED, LATER)
    assert TrailEntry.objects.filter(verb="retire framework").count() == 1


def test_retire_again_changes_nothing():
    version = retire(published(TEXT), at=AT, cause="test")

    again = retire(version, at=LATER, cause="test")

    assert again.retired_at == AT
    assert TrailEntry.objects.filter(verb="retire framework").count() == 1


def test_retire_refuses_a_draft():
    with pytest.raises(Refused, match="there is nothing to retire"):
        retire(load(TEXT, at=AT), at=AT, cause="test")

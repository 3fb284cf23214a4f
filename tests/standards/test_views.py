"""The framework's pages: read, search, upload, change, preview, compare, accept, propose, approve, retire."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from standards import editing
from standards.models import FrameworkVersion
from standards.schema import read
from tests.factories.cast import Cast, cast
from tests.factories.standards import edition_of, framework_text
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

PAGES = [
    "about",
    "grades",
    "forms",
    "standards",
    "people",
    "programme",
    "moderation",
    "actions",
    "feedback",
    "timescales",
    "assumptions",
]


@dataclass(frozen=True)
class Made:
    """A council with its framework in force, its people, and the QA officer's browser."""

    version: FrameworkVersion
    people: Cast
    officer: Client


def browser(user) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def made() -> Made:
    version, people = edition_of("eastmere"), cast("eastmere")
    return Made(version, people, browser(people.officer))


def next_file(edition: int = 4) -> str:
    return editing.as_edition(framework_text("eastmere"), edition)


def sent(text: str | bytes, **more: str) -> dict:
    """What the upload form sends."""
    raw = text.encode() if isinstance(text, str) else text
    return {"file": SimpleUploadedFile("framework.yaml", raw), **more}


def upload(made: Made, text: str | bytes, **more: str):
    return made.officer.post(reverse("upload-framework"), sent(text, **more))


def newest() -> FrameworkVersion:
    return FrameworkVersion.objects.latest("edition")


def at(version: FrameworkVersion, name: str = "change-framework", path: str = "") -> str:
    return reverse(name, args=[version.pk]) + (f"?at={path}" if path else "")


def seen(client: Client, address: str) -> str:
    """The mark that a page's form carries."""
    return client.get(address).context["form"].initial["seen"]


def change(made: Made, path: str, value: object, version: FrameworkVersion | None = None):
    address = at(version or newest(), path=path)
    mark = seen(made.officer, address)
    fields = value if isinstance(value, dict) else {"value": value}
    return made.officer.post(address, {**fields, "seen": mark})


def accept_all(made: Made, version: FrameworkVersion) -> None:
    """Accept each warning as the page offers it."""
    address = at(version, "framework-warnings")
    for name, _, rows, _ in made.officer.get(address).context["waiting"]:
        data = {
            "name": name,
            f"{name}-reason": "It is so.",
            f"{name}-chosen": [r.path for r in rows],
        }
        assert made.officer.post(address, data).status_code == 302


def test_a_file_without_faults_becomes_a_draft(made):
    answer = upload(made, next_file())

    assert answer["Location"] == at(newest(), "framework-difference")
    assert (newest().edition, newest().state) == (4, "draft")


def test_a_file_with_faults_names_each_of_them_and_keeps_the_text(made):
    broken = next_file().replace("team_rule: other_service", "team_rule: far <b>away</b>")

    answer = upload(made, broken)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"]["text"].value() == broken
    assert "allocation.team_rule" in page
    assert "line " in page
    assert "<b>away</b>" not in page
    assert newest() == made.version


def test_the_text_is_mended_on_the_page_and_loaded(made):
    answer = made.officer.post(
        reverse("upload-framework"), {"text": next_file().replace("\n", "\r\n")}
    )

    assert answer.status_code == 302
    assert newest().source == next_file()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty."),
        (b"\xff\xfeformat: 1", "not text in UTF-8"),
        (b"a: " + b"x" * (2 * 1024 * 1024), "larger than 2 MB"),
        (b"format: [1\n", "not readable YAML"),
        (b"format: !!python/object:os.system 1\n", "is not allowed"),
        (b"- 1\n", "must be a list of keys and values"),
    ],
)
def test_what_is_no_framework_is_refused_in_words(made, raw, words):
    answer = upload(made, raw)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert newest() == made.version


def test_nothing_at_all_asks_for_a_file(made):
    answer = made.officer.post(reverse("upload-framework"), {})

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == ["Choose the framework's file."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (framework_text("northshire"), "your council is “eastmere”"),
        (next_file(7), "The next edition is 4"),
    ],
)
def test_another_council_and_a_wrong_number_are_refused(made, text, words):
    answer = upload(made, text)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_same_file_as_the_edition_in_force_changes_nothing(made):
    answer = made.officer.post(reverse("upload-framework"), sent(made.version.source), follow=True)

    assert "Nothing has changed." in answer.content.decode()


def test_a_draft_is_replaced_only_with_the_box_ticked(made):
    upload(made, next_file())
    draft = newest()
    other = editing.changed(next_file(), ("actions", "minimum"), 2)

    assert upload(made, other).status_code == 422
    assert upload(made, other, replace="on", draft="older").status_code == 422
    assert upload(made, other, replace="on", draft=draft.checksum).status_code == 302

    assert read(newest().source)["actions"]["minimum"] == 2


@pytest.mark.parametrize(
    ("path", "sent_value", "kept"),
    [
        ("words.audit", "A look, “together”", "A look, “together”"),
        ("actions.minimum", "2", 2),
        ("grade_query.blocks_return", "no", False),
        (
            "messages.allocated",
            ["auditor", "council.qa_officer"],
            ["auditor", "council.qa_officer"],
        ),
        ("allocation.team_rule", "any", "any"),
        ("allocation.by", ["qa_officer", "qa_head"], ["qa_officer", "qa_head"]),
        ("allocation.per_auditor.every", "month", "month"),
        ("tools[0].sections[0].questions[0].text", "What is\r\nlife like?", "What is\nlife like?"),
    ],
)
def test_a_changed_value_begins_a_draft_of_the_next_edition(made, path, sent_value, kept):
    answer = change(made, path, sent_value)

    draft = newest()
    assert answer["Location"] == at(draft, "framework-difference")
    assert (draft.edition, draft.state) == (4, "draft")
    assert editing.value_at(read(draft.source), editing.place_of(path)) == kept
    assert made.officer.get(answer["Location"]).context["changes"]


def test_a_length_of_time_is_changed_in_two_fields():
    version, people = edition_of("bexley"), cast("bexley")
    made = Made(version, people, browser(people.officer))

    change(made, "actions.classes[1].limit", {"number": "2", "unit": "working_days"})

    assert read(newest().source)["actions"]["classes"][1]["limit"] == {
        "number": 2,
        "unit": "working_days",
        "from": "returned",
    }


def test_a_value_the_schema_refuses_is_told_at_its_field_and_kept(made):
    answer = change(made, "words.audit", "x" * 100)

    form = answer.context["form"]
    assert answer.status_code == 422
    assert "words.audit" in form.errors["value"][0]
    assert form["value"].value() == "x" * 100
    assert newest() == made.version


def test_a_stale_form_shows_what_is_there_now_and_keeps_what_was_typed(made):
    change(made, "actions.minimum", "1")
    address = at(newest(), path="words.audit")
    mark = seen(made.officer, address)
    change(made, "words.audit", "Theirs", newest())

    answer = made.officer.post(address, {"value": "Mine", "seen": mark})

    assert answer.status_code == 422
    assert answer.context["now"] == "Theirs"
    assert answer.context["form"]["value"].value() == "Mine"
    again = made.officer.post(
        address, {"value": "Mine", "seen": answer.context["form"]["seen"].value()}
    )
    assert again.status_code == 302
    assert read(newest().source)["words"]["audit"] == "Mine"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "framework.code",
        "framework.edition",
        "tools[0].code",
        "tools[0]",
        "grades[9].label",
    ],
)
def test_what_cannot_be_changed_has_no_page(made, path):
    assert made.officer.get(at(made.version, path=path)).status_code == 404


def test_an_edition_with_a_draft_after_it_leads_to_the_draft(made):
    change(made, "actions.minimum", "1")

    page = made.officer.get(reverse("framework", args=[made.version.pk])).content.decode()

    assert at(newest(), "framework") in page
    assert "?at=" not in page
    answer = made.officer.post(at(made.version, path="words.audit"), {"value": "x", "seen": ""})
    assert answer.status_code == 422


@pytest.mark.parametrize("code", PAGES)
def test_every_page_shows_its_part_and_escapes_it(made, code):
    for path in (
        "words.audit",
        "tools[0].title",
        "descriptor_areas[0].title",
        "post_types[0].title",
    ):
        change(made, path, "<i>x</i>", newest())

    answer = made.officer.get(reverse("framework-page", args=[newest().pk, code]))

    assert answer.status_code == 200
    assert "<i>x" not in answer.content.decode()


def test_a_group_that_is_absent_says_no_local_rule(made):
    page = made.officer.get(reverse("framework-page", args=[made.version.pk, "moderation"]))

    assert page.content.decode().count("No local rule.") == 3


def test_an_unknown_page_and_an_unknown_form_are_not_found(made):
    assert made.officer.get(f"/frameworks/{made.version.pk}/nothing/").status_code == 404
    assert made.officer.get(f"/frameworks/{made.version.pk}/forms/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("who", "stage", "states"),
    [
        ("auditor", "in_session", ["fill", "fill"]),
        ("practitioner", "in_session", ["fill", "read"]),
        ("practitioner", "preparing", ["later", "later"]),
        ("nobody", "never", ["fill", "fill"]),
    ],
)
def test_a_form_is_seen_as_each_person_in_each_stage(made, who, stage, states):
    address = reverse("preview-form", args=[made.version.pk, "talk"])

    answer = made.officer.get(address, {"as": who, "stage": stage})

    assert [state for _, state in answer.context["sections"]] == states
    assert "How do we know what life is like for the child?" in answer.content.decode()


def test_a_search_leads_to_the_place(made):
    answer = made.officer.get(
        reverse("search-framework", args=[made.version.pk]), {"q": "SEEN alone"}
    )

    assert [hit["change"] for hit in answer.context["hits"]] == [
        "standards[0].items[0].text",
        "tools[0].sections[0].questions[0].parts[2].label",
    ]
    empty = made.officer.get(reverse("search-framework", args=[made.version.pk]))
    assert empty.context["hits"] == []


def test_the_file_comes_back_exactly_as_it_was_kept(made):
    answer = made.officer.get(reverse("framework-file", args=[made.version.pk]))

    assert answer.content.decode() == framework_text("eastmere")
    assert answer["Content-Disposition"] == 'attachment; filename="eastmere-3.yaml"'


def test_the_schema_for_editors_is_downloaded(made):
    answer = made.officer.get(reverse("framework-schema"))

    assert json.loads(answer.content)["properties"]["tools"]
    assert answer["Content-Type"] == "application/schema+json"


def test_warnings_are_shown_by_name_and_accepted_with_a_reason():
    version, people = edition_of("northshire"), cast("northshire")
    made = Made(version, people, browser(people.officer))
    text = editing.without(
        editing.as_edition(version.source, version.edition + 1), ("acknowledged",)
    )
    upload(made, text)
    draft = newest()
    address = at(draft, "framework-warnings")
    first = made.officer.get(address)
    name, _, rows, _ = first.context["waiting"][0]
    assert f"Accept {name}" in first.content.decode()

    refused = made.officer.post(address, {"name": name, f"{name}-chosen": [rows[0].path]})
    assert refused.status_code == 422
    assert refused.context["form"].errors["reason"] == ["Say why it is meant so."]
    propose = made.officer.post(
        at(draft, "propose-framework"),
        {"first_day_0": "1", "first_day_1": "4", "first_day_2": "2099", "seen": draft.checksum},
    )
    assert "must be mended or accepted first" in propose.context["form"].errors["first_day"][0]
    accept_all(made, draft)

    assert made.officer.get(address).context["waiting"] == []
    assert {one["reason"] for one in read(newest().source)["acknowledged"]} == {"It is so."}


def test_an_assumption_is_confirmed_with_one_click():
    version, people = edition_of("bexley"), cast("bexley")
    client = browser(people.officer)
    address = reverse("framework-page", args=[version.pk, "assumptions"])
    rows = client.get(address).context["assumptions"]

    answer = client.post(
        at(version, "confirm-assumption"),
        {"at": rows[0].confirm, "seen": rows[0].mark},
        follow=True,
    )

    assert len(answer.context["assumptions"]) == len(rows) - 1
    assert newest().state == "draft"
    stale = client.post(
        at(newest(), "confirm-assumption"), {"at": "assumed[0]", "seen": rows[0].mark}
    )
    assert stale.status_code == 422


def propose(made: Made, **more: str):
    draft = newest()
    day = clock.today() + timedelta(days=1)
    data = {"first_day_0": day.day, "first_day_1": day.month, "first_day_2": day.year}
    return made.officer.post(
        at(draft, "propose-framework"), {**data, "seen": draft.checksum, **more}
    )


def test_a_draft_goes_from_proposal_to_publication_by_two_people(made):
    change(made, "actions.minimum", "1")
    accept_all(made, newest())
    past = propose(made, first_day_2="2020")
    assert past.context["form"].errors["first_day"] == ["The first day must be today or later."]
    assert propose(made, seen="older").status_code == 422

    assert propose(made).status_code == 302

    draft = newest()
    address = reverse("approve-framework", args=[draft.pk])
    assert made.officer.post(address, {"seen": draft.checksum}).status_code == 403
    head = browser(made.people.qa_head)
    assert "Approve and publish" in head.get(at(draft, "framework")).content.decode()
    assert head.post(address, {"seen": "older"}).status_code == 422
    assert head.post(address, {"seen": draft.checksum}).status_code == 302
    assert newest().state == "published"
    assert change(made, "actions.minimum", "0")["Location"] == at(newest(), "framework-difference")
    assert newest().edition == 5


def test_who_proposed_an_edition_is_not_offered_its_approval(made):
    head = Made(made.version, made.people, browser(made.people.qa_head))
    change(head, "actions.minimum", "1")
    accept_all(head, newest())
    propose(head)

    page = head.officer.get(at(newest(), "framework")).content.decode()
    answer = head.officer.post(
        reverse("approve-framework", args=[newest().pk]), {"seen": newest().checksum}
    )

    assert "Approve and publish" not in page
    assert answer.status_code == 422
    assert newest().state == "draft"


def test_an_edition_is_retired_once_it_has_been_said_what_that_means(made):
    head, address = browser(made.people.qa_head), at(made.version, "retire-framework")

    assert "This edition is in force." in head.get(address).content.decode()
    assert made.officer.post(address).status_code == 403
    assert head.post(address).status_code == 302

    made.version.refresh_from_db()
    assert made.version.state == "retired"


def test_another_council_finds_nothing(made):
    edition_of("northshire")
    stranger = browser(cast("northshire").administrator)
    names = [
        "framework",
        "search-framework",
        "framework-file",
        "framework-difference",
        "framework-warnings",
        "change-framework",
        "propose-framework",
        "retire-framework",
    ]

    assert {stranger.get(at(made.version, name)).status_code for name in names} == {404}
    posts = ["approve-framework", "confirm-assumption", "retire-framework", "propose-framework"]
    assert {stranger.post(at(made.version, name)).status_code for name in posts} == {404}
    listed = stranger.get(reverse("frameworks")).context["versions"]
    assert {one.council.code for one in listed} == {"northshire"}


def grown(text: str, times: int) -> str:
    """A framework with many more questions and standards."""
    document = read(text)
    section = document["tools"][0]["sections"][0]
    question = section["questions"][0]
    scaled = [part for part in question["parts"] if part["kind"] != "date"]
    section["questions"] += [
        {**question, "code": f"more{n}", "number": f"1.{n}", "parts": scaled} for n in range(times)
    ]
    items = document["standards"][0]["items"]
    items += [{"number": f"9.{n}", "text": f"Standard {n}."} for n in range(times)]
    return json.dumps(document, default=str)


def test_no_pages_queries_grow_with_the_framework(made):
    counts = []
    for edition, times in ((4, 1), (5, 30)):
        upload(made, grown(next_file(edition), times))
        draft = newest()
        found = {}
        addresses = {code: reverse("framework-page", args=[draft.pk, code]) for code in PAGES}
        addresses |= {
            name: at(draft, name)
            for name in ("framework-difference", "framework-warnings", "propose-framework")
        }
        addresses["list"] = reverse("frameworks")
        addresses["preview"] = reverse("preview-form", args=[draft.pk, "talk"])
        addresses["search"] = at(draft, "search-framework") + "?q=child"
        addresses["change"] = at(draft, path="actions.minimum")
        for name, address in addresses.items():
            with CaptureQueriesContext(connection) as queries:
                assert made.officer.get(address).status_code == 200
            found[name] = len(queries)
        counts.append(found)
        accept_all(made, draft)
        FrameworkVersion.objects.filter(pk=draft.pk).update(
            state="published", published_at=clock.now()
        )

    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 24

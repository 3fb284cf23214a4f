"""The pages of draws: from the pool to the certificate."""

import io
import json
import re
import subprocess
import sys
from datetime import date
from urllib.parse import urlencode

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import TrailEntry
from core.sampling import Rule
from programme.models import Draw, Replacement, SeedShare
from programme.services.draws import draw_again, give_share
from reporting.models import Document
from reporting.services import make_document
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast
from tests.factories.draws import LATER, PUBLIC, TWO, WORDS, draw_at, open_files

pytestmark = pytest.mark.django_db
CHOSEN = {"month": "2026-11", "how": "number", "size": "2"}
TYPED = {"title": "November, all services", "seed_kind": "two_people"}
DAY = {"seed_known_on_0": "11", "seed_known_on_1": "11", "seed_known_on_2": "2026"}


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def files(people, version):
    return open_files(people, 6, plan_type="CIN", gender="F")


@pytest.fixture
def officer(people):
    return signed_in(people.officer)


def pool_address(**changes):
    return f"{reverse('new-draw')}?{urlencode(CHOSEN | changes, doseq=True)}"


def text_of(answer):
    """The words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def frozen(client, typed=None, **changes):
    """Freeze a pool by way of its two pages; gives the last answer."""
    address = pool_address(**changes)
    seen = client.get(address).context["freeze"]["seen"].value()
    return client.post(address, TYPED | {"seen": seen} | (typed or {}))


# --- the pool ------------------------------------------------------------------------------------


def test_the_pool_is_shown_with_what_it_leaves_out_and_what_each_part_will_give(
    officer, people, version, files
):
    open_files(people, 2, plan_type="CP", gender="M")
    audit_at("allocated", people, version)
    CaseFileFactory(council=people.council, unit=people.team2, gender="M")

    page = officer.get(pool_address(by=["gender"], size="4"))

    words = text_of(page)
    assert page.status_code == 200
    assert "In the pool 9 Left out 1 Open on 10 November 2026 10" in words
    assert "It is being audited now 1" in words
    assert "F 6 3 M 3 1" in words
    assert "1 file in the pool has no worker recorded." in words
    assert TrailEntry.objects.filter(verb="look at pool", by_id=people.officer.pk).count() == 1


def test_the_filters_narrow_the_pool(officer, people, files):
    open_files(people, 2, plan_type="CP", opened_on=date(2026, 6, 1))
    since = {"open_since_0": "1", "open_since_1": "2", "open_since_2": "2026"}

    for changes, left in (
        ({"plan_types": "CIN"}, "It has another plan type 2"),
        (since, "It was opened after 1 February 2026 2"),
        ({"services": str(people.service.pk)}, "No open case is left out"),
        ({"worker": str(people.worker.pk)}, "Worker: Worker Bexley"),
        ({"months": "3"}, "Not audited within the last 3 months"),
    ):
        assert left in text_of(officer.get(pool_address(**changes)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": ""}, "size"),
        ({"size": "0"}, "size"),
        ({"size": "two"}, "size"),
        ({"how": "percent", "size": "101"}, "size"),
        ({"how": ""}, "how"),
        ({"how": "each"}, "by"),
        ({"by": "colour"}, "by"),
        ({"month": "2020-01"}, "month"),
        ({"worker": "999999"}, "worker"),
        ({"open_since_0": "31", "open_since_1": "2", "open_since_2": "2026"}, "open_since"),
        ({"months": "-1"}, "months"),
    ],
)
def test_what_cannot_be_read_is_named_and_no_pool_is_shown(officer, files, changes, field):
    page = officer.get(pool_address(**changes))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert "pool" not in page.context or not page.context.get("pool")


def test_what_was_chosen_can_be_changed(officer, files):
    page = officer.get(pool_address(size="3", change="1"))

    assert page.status_code == 200
    assert 'value="3"' in page.content.decode()
    assert "Which cases are drawn from?" in text_of(page)


def test_parts_are_read_in_the_order_of_their_numbers(officer, people, files):
    for born_on in (date(2026, 1, 1), date(2019, 1, 1), date(2013, 1, 1)):
        open_files(people, 1, date_of_birth=born_on)

    page = officer.get(pool_address(by="age"))

    names = [one["name"] for one in page.context["strata"]]
    assert names == ["0–4", "5–9", "10–15", "Not known"]


def test_a_pool_with_nobody_in_it_cannot_be_frozen(officer, version, people):
    page = officer.get(pool_address())

    assert "so nothing can be drawn" in text_of(page)
    assert "Freeze the pool" not in text_of(page)


def test_without_a_framework_in_force_nothing_is_drawn(officer):
    page = officer.get(reverse("new-draw"))

    assert page.status_code == 422
    assert "no published framework in force" in page.content.decode()


def test_the_pool_is_frozen_as_it_was_shown(officer, people, files):
    answer = frozen(officer, by=["gender"])

    draw = Draw.objects.get()
    assert answer.headers["Location"] == reverse("draw", args=[draw.pk])
    assert (draw.title, draw.rule, draw.seed_kind) == (
        "November, all services",
        {"by": ["gender"], "number": 2},
        "two_people",
    )
    assert [one["values"] for one in draw.pool["files"]] == [["F"]] * 6


def test_a_share_and_a_published_value(officer, files):
    frozen(
        officer,
        {"seed_kind": "public", "seed_source": "The lottery", **DAY},
        how="percent",
        size="15",
    )

    draw = Draw.objects.get()
    assert (draw.rule, draw.seed_kind, draw.seed_known_on) == (
        {"percent": 15},
        "public",
        date(2026, 11, 11),
    )


def test_each_part_may_have_a_number_of_its_own(officer, people, files):
    open_files(people, 2, plan_type="CP")
    address = pool_address(how="each", by="plan_type", size="")
    page = officer.get(address)
    boxes = {name: box.html_name for name, _, box in page.context["boxes"]}
    assert list(boxes) == ["CIN", "CP"]
    typed = TYPED | {"seen": page.context["freeze"]["seen"].value()}

    nothing = officer.post(address, typed | {boxes["CIN"]: "0", boxes["CP"]: ""})
    assert nothing.status_code == 422
    assert "Give at least one part a number" in text_of(nothing)
    officer.post(address, typed | {boxes["CIN"]: "3", boxes["CP"]: "1"})

    assert Draw.objects.get().rule == {"by": ["plan_type"], "quotas": {"CIN": 3, "CP": 1}}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "Say what the draw is for."),
        ({"seed_kind": ""}, "Choose where the seed comes from."),
        ({"seed_kind": "public", **DAY}, "Say which published value will be the seed"),
        ({"seed_kind": "public", "seed_source": "x"}, "Give the day on which the value is"),
        (
            {"seed_kind": "public", "seed_source": "x", **DAY, "seed_known_on_0": "10"},
            "The value must be published after today",
        ),
    ],
)
def test_what_stands_against_freezing_is_said_and_what_was_typed_stays(
    officer, files, typed, words
):
    answer = frozen(officer, {"title": "A title that was typed"} | typed)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert typed.get("title", "A title that was typed") in answer.content.decode()
    assert not Draw.objects.exists()


def test_a_pool_that_changed_meanwhile_is_shown_again(officer, people, files):
    address = pool_address()
    seen = officer.get(address).context["freeze"]["seen"].value()
    open_files(people, 1)

    answer = officer.post(address, TYPED | {"seen": seen})
    assert answer.status_code == 422
    assert "The pool has changed since you saw it." in text_of(answer)
    again = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    officer.post(address, TYPED | {"seen": again[1]})

    assert len(Draw.objects.get().pool["files"]) == 7


def test_a_framework_with_notice_asks_for_the_day_and_says_when_files_must_be_out(settings):
    """SC-14: audits of Monday 14 September 2026 are given out by Friday 14 August 2026."""
    settings.TEST_CLOCK = NOW.replace(month=8, day=3)
    framework("fixtures/frameworks/bracknell-forest/1.yaml")
    people = cast("bracknell-forest")
    open_files(people, 3)
    day = {"audit_on_0": "14", "audit_on_1": "9", "audit_on_2": "2026"}
    tool = Draw._meta.get_field("tool").related_model.objects.first()

    page = signed_in(people.officer).get(pool_address(month="2026-09", tool=tool.code, **day))

    assert "must be given to the auditors by 14 August 2026." in text_of(page)


# --- the seed ------------------------------------------------------------------------------------


def test_two_peoples_words_are_unseen_until_both_are_in(people, version, files):
    draw = draw_at("frozen", people, version)
    page = reverse("draw-words", args=[draw.pk])
    first, second = signed_in(people.qa_head), signed_in(people.director)

    assert first.post(page, {"words": WORDS[0]}).headers["Location"] == reverse(
        "draw", args=[draw.pk]
    )
    share = SeedShare.objects.get()
    for client in (first, second, signed_in(people.officer)):
        shown = client.get(page).content.decode()
        assert WORDS[0] not in shown
        assert share.salt not in shown
        assert share.commitment in shown
    assert WORDS[0] not in first.get(reverse("draw", args=[draw.pk])).content.decode()
    assert second.post(page, {"words": WORDS[1]}).headers["Location"] == reverse("draws")

    shown = text_of(first.get(reverse("draw", args=[draw.pk])))
    assert "four grey horses + wet sand at low tide" in shown
    assert "2 files, drawn on" in shown


def test_who_has_given_words_is_told_to_wait(people, version, files):
    draw = draw_at("given", people, version)
    client = signed_in(people.officer)

    for name in ("draw", "draw-words"):
        page = text_of(client.get(reverse(name, args=[draw.pk])))
        assert "You have given your words. Another person gives theirs now." in page
    answer = client.post(reverse("draw-words", args=[draw.pk]), {"words": WORDS[1]})

    assert answer.status_code == 422


def test_words_that_are_too_short_are_refused_on_the_page(officer, people, version, files):
    draw = draw_at("frozen", people, version)

    answer = officer.post(reverse("draw-words", args=[draw.pk]), {"words": "short"})

    assert answer.status_code == 422
    assert "Give some words of at least 8" in text_of(answer)
    assert 'value="short"' in answer.content.decode()


def test_a_senior_leader_sees_waiting_draws_only_and_no_cases(people, version, files):
    waiting = draw_at("frozen", people, version)
    draw_at("frozen", people, version, seed=PUBLIC)
    drawn = draw_at("drawn", people, version)
    client = signed_in(people.director)

    page = client.get(reverse("draws"))

    assert [one.pk for one in page.context["page"]] == [waiting.pk]
    assert 'Draws <span class="qa-menu__count">1' in page.content.decode()
    words = client.get(reverse("draw-words", args=[waiting.pk])).content.decode()
    assert not any(case.number in words for case in files)
    assert client.get(reverse("draw", args=[drawn.pk])).status_code == 404
    assert client.get(reverse("draw-words", args=[drawn.pk])).status_code == 404


def test_a_published_value_is_asked_for_on_its_day_only(officer, people, version, files, settings):
    draw = draw_at("frozen", people, version, seed=PUBLIC)
    where = reverse("draw-value", args=[draw.pk])

    early = officer.post(where, {"value": "04 11 27 31"})
    assert early.status_code == 422
    assert "not known before 11 November 2026" in text_of(early)
    assert where not in officer.get(reverse("draw", args=[draw.pk])).content.decode()

    settings.TEST_CLOCK = LATER
    officer = signed_in(people.officer)
    assert where in officer.get(reverse("draw", args=[draw.pk])).content.decode()
    assert officer.post(where, {"value": ""}).status_code == 422
    assert officer.post(where, {"value": "04 11 27 31"}).status_code == 302
    assert Draw.objects.get().seed == "04 11 27 31"


# --- the drawn files -----------------------------------------------------------------------------


def test_repeating_the_draw_says_that_the_same_cases_came_back(officer, people, version, files):
    draw = draw_at("drawn", people, version)

    page = officer.post(reverse("repeat-draw", args=[draw.pk]), follow=True)

    assert "the same cases came back" in text_of(page)


def test_a_file_is_replaced_with_a_reason(officer, people, version, files):
    draw = draw_at("drawn", people, version)
    out = draw.result[0]
    where = reverse("replace-file", args=[draw.pk, out["id"]])

    assert officer.post(where, {"why": "easier"}).status_code == 422
    page = officer.post(where, {"why": "closed", "note": "Closed today"}, follow=True)

    made = Replacement.objects.get()
    words = text_of(page)
    assert f"Case {out['case']} is replaced by case {made.in_case.number}." in words
    assert f"In the place of case {out['case']}" in words
    assert "The case closed after the draw Closed today" in words
    assert officer.get(where).status_code == 404


def test_drawing_again_keeps_the_earlier_draw(officer, people, version, files):
    draw = draw_at("drawn", people, version)
    where = reverse("draw-again", args=[draw.pk])

    assert officer.post(where, {"seed_kind": "two_people", "reason": ""}).status_code == 422
    refused = officer.post(where, {"seed_kind": "public", "reason": "A team was missing."})
    assert "Say which published value" in text_of(refused)
    officer.post(where, {"seed_kind": "two_people", "reason": "A team was missing."})

    newer = Draw.objects.get(number=2)
    old = text_of(officer.get(reverse("draw", args=[draw.pk])))
    assert "drawn again in draw 2 . Reason: A team was missing." in old
    assert draw.result[0]["case"] in old
    assert "It follows draw 1" in text_of(officer.get(reverse("draw", args=[newer.pk])))


def test_a_long_list_of_drawn_files_is_paged(officer, people, version):
    open_files(people, 30)
    draw = draw_at("drawn", people, version, rule=Rule(number=30))
    where = reverse("draw", args=[draw.pk])

    first, second = officer.get(where), officer.get(where, {"page": "2"})

    assert [len(page.context["files"]) for page in (first, second)] == [25, 5]


# --- the certificate -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [TWO, PUBLIC])
def test_what_is_downloaded_verifies_with_the_downloaded_program(
    officer, people, version, files, seed, tmp_path
):
    draw = draw_at("drawn", people, version, seed=seed, rule=Rule(("gender",), number=3))
    for name, args in (
        ("certificate-file", [draw.pk]),
        ("pool-file", [draw.pk]),
        ("draw-script", []),
    ):
        answer = officer.get(reverse(name, args=args))
        kept = re.search(r'filename="([\w.-]+)"', answer.headers["Content-Disposition"])[1]
        (tmp_path / kept).write_bytes(answer.content)

    ended = subprocess.run(
        [sys.executable, "-I", "verify_draw.py", "draw-1-certificate.json", "draw-1-pool.txt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, "VERIFIED", "")
    verbs = set(TrailEntry.objects.filter(subject_id=draw.pk).values_list("verb", flat=True))
    assert {"download certificate", "download pool"} <= verbs


def test_the_certificate_is_read_on_a_page(officer, people, version, files):
    draw = draw_at("drawn", people, version)
    again = draw_again(draw, TWO, reason="A team was missing.", by=people.officer, at=NOW)
    for person, words in zip((people.officer, people.qa_head), WORDS, strict=True):
        give_share(again, words, by=person, at=NOW)

    old = text_of(officer.get(reverse("certificate", args=[draw.pk])))
    new = text_of(officer.get(reverse("certificate", args=[again.pk])))

    assert "This draw does not count: the files were drawn again in draw 2" in old
    assert "It follows draw 1. Reason: A team was missing." in new
    assert draw.fingerprint in old
    for one in draw.result:
        assert f"{one['order']} {one['case']}" in old
    assert "2 files, from the pool as a whole" in old


def test_a_draw_without_its_seed_has_no_certificate_but_its_pool(officer, people, version, files):
    draw = draw_at("given", people, version)

    for name in ("certificate", "certificate-file"):
        assert officer.get(reverse(name, args=[draw.pk])).status_code == 404
    pool = officer.get(reverse("pool-file", args=[draw.pk]))

    assert pool.content.decode() == "case\n" + "".join(f"{case.number}\n" for case in files)
    asked = officer.post(reverse("ask-for-certificate", args=[draw.pk]))
    assert asked.status_code == 422


def test_the_certificate_becomes_a_pdf_in_the_background(officer, people, version, files):
    draw = draw_at("drawn", people, version)

    page = officer.post(reverse("ask-for-certificate", args=[draw.pk]), follow=True)
    assert "The PDF is being made" in text_of(page)
    assert f"PDF of the certificate of draw {draw.number}" in text_of(page)
    document = Document.objects.get()
    assert [make_document(document.pk, at=NOW) for _ in range(2)] == [True, False]

    file = officer.get(reverse("document-file", args=[document.pk]))
    assert file.headers["Content-Disposition"] == 'attachment; filename="draw-1-certificate.pdf"'
    with pikepdf.open(io.BytesIO(file.content)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Certificate of draw 1"
        assert len(pdf.pages) >= 1
    people.officer.holdings.update(to_on="2026-11-09")
    assert (
        signed_in(people.officer).get(reverse("document-file", args=[document.pk])).status_code
        == 404
    )


def test_asking_again_while_the_pdf_waits_gives_the_same(officer, people, version, files):
    draw = draw_at("drawn", people, version)

    for _ in range(2):
        officer.post(reverse("ask-for-certificate", args=[draw.pk]))

    assert Document.objects.count() == 1


# --- queries -------------------------------------------------------------------------------------


def counted(client, address):
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_pages_take_the_same_queries_for_few_and_many(officer, people, version, files):
    draw = draw_at("drawn", people, version, rule=Rule(("gender",), number=2))
    many = []
    for _ in range(2):
        open_files(people, 6, gender="M")
        large = draw_at("drawn", people, version, rule=Rule(("gender",), number=5))
        many.append(
            [counted(officer, reverse("draws")), counted(officer, pool_address(by=["gender"]))]
            + [
                counted(officer, reverse(name, args=[large.pk]))
                for name in ("draw", "certificate", "certificate-file", "pool-file", "draw-again")
            ]
        )

    print(many)
    assert many[0] == many[1]
    assert max(many[0]) <= 24
    assert counted(officer, reverse("draw", args=[draw.pk])) == many[0][2]
    assert json.loads(officer.get(reverse("certificate-file", args=[draw.pk])).content)["draw"] == 1

"""The pages of trust: who sees what, in how many queries, and no number where there is too little to tell."""

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import TrailEntry
from moderation.models import Moderation
from people.roles import Role
from tests.access.test_every_url import signed_in
from tests.factories.people import UserFactory
from tests.moderation.scenes import council, moment
from tests.moderation.trust_scenes import Scene, on

pytestmark = pytest.mark.django_db
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
PAGES = ("trust", "trust-auditors", "trust-file", "my-grading")


@pytest.fixture(autouse=True)
def the_day(settings):
    settings.TEST_CLOCK = moment(2026, 8, 20)


@pytest.fixture
def place():
    return council("lancashire")


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main")[-1]).split())


def get(user, name, **asked):
    return signed_in(user).get(reverse(name), asked)


def graded(place, names=("Ann Ash", "Ben Birch", "Cy Cedar"), each=8):
    """Three auditors with enough moderated audits, of which the first is always a grade above the moderator."""
    scene = on(place)
    who = tuple(UserFactory(council=place.people.council, name=name) for name in names)
    many = Scene(scene.version, scene.unit, scene.worker, scene.officer, who)
    seen = [(3, 2, 2) if k % 3 == 0 else (3, 3 + (k % 7 == 0), 3) for k in range(each * len(names))]
    many.draw(JUNE, seen, [3] * len(seen))
    return who


# Who may ------------------------------------------------------------------------------------------


def test_only_the_qa_head_sees_the_pages(place):
    on(place).certain(JUNE, (1, 1, 1))

    for who, user in place.people.everybody().items():
        client = signed_in(user)
        found = [client.get(reverse(name)).status_code for name in PAGES]
        assert found == ([200, 200, 200, 200] if who == "qa_head" else [403, 403, 403, 200]), who


def test_another_councils_head_sees_only_theirs(place):
    graded(place)
    other = council("bexley")
    head = other.people.qa_head
    empty = get(head, "trust")
    on(other).certain(JUNE, (2, 2, 2), how="look_back")
    asked = {"edition": place.version.pk, "service": place.people.service.pk}

    shown = [text(get(head, name, **asked)) for name in ("trust", "trust-auditors")]

    assert "No audit has been returned yet" in text(empty)
    assert "Too few audits have been moderated to tell" in shown[0]
    assert not [name for name in ("Ann Ash", "Lancashire") for page in shown if name in page]
    assert get(head, "trust-file").status_code == 200
    assert "Lancashire" not in get(head, "trust-file", **asked).content.decode()


def test_the_trail_says_who_looked(place):
    graded(place)

    for name in PAGES:
        get(place.people.qa_head, name)

    assert list(TrailEntry.objects.order_by("-pk").values_list("verb", flat=True)[:4]) == [
        "look at own grading",
        "download trust in grades",
        "look at auditors’ leniency",
        "look at trust in grades",
    ]


# Too few ------------------------------------------------------------------------------------------


def test_too_few_says_so_and_shows_no_figure(place):
    on(place).draw(JUNE, [(3, 3, 3)] * 4 + [(3, 2, 2)], [3] * 4)

    answer = get(place.people.qa_head, "trust")
    body = text(answer)

    assert "Too few audits have been moderated to tell." in body
    assert "Of 100 audits" not in body
    assert body.count("Too few to tell (5 of 10 needed)") == 9
    assert body.count("Too few to tell (5 of 20 needed)") == 2
    assert "How long it takes: too few to tell (5 of 10 needed)" in body
    figures = answer.content.decode().split('id="figures"')[1].split('id="method"')[0]
    assert "%</td>" not in figures
    assert re.findall(r"\b\d+%", figures) == ["95%", "95%", "15%"]
    (first, *_) = file_lines(get(place.people.qa_head, "trust-file"))
    assert (first["Value"], first["95% interval from"], first["Moderated audits"]) == ("", "", "")
    assert first["In words"] == "Too few to tell (5 of 10 needed)"


def test_nobody_under_the_minimum_has_a_figure(place):
    graded(place, each=7)

    body = text(get(place.people.qa_head, "trust-auditors"))

    table = body.split("In words")[1].split("How this is worked out")[0]
    assert "Too few to tell about anybody." in body
    assert table.split(" Too few to tell") == [" Ann Ash", " Ben Birch", " Cy Cedar", " "]
    assert not re.search(r"\d", table)


def test_the_worst_grade_alone_gives_no_figure(place):
    scene = on(place)
    scene.draw(JUNE, [(3,)] * 3, [3] * 17)
    scene.certain(JUNE, *[(1, 1, 1)] * 30)

    body = text(get(place.people.qa_head, "trust"))

    assert "Too few audits have been moderated to tell." in body
    assert "That is too many: what is moderated is no picture of all" in body
    assert "100%" not in body


# What is shown ------------------------------------------------------------------------------------


def test_corrected_stands_beside_uncorrected_and_they_differ(place):
    scene = on(place)
    scene.draw(JUNE, [(3, 3, 3)] * 16 + [(3, 2, 2)] * 4, [3] * 80)
    scene.certain(JUNE, *[(1, 1, 1)] * 20)

    body = text(get(place.people.qa_head, "trust"))

    (same,) = re.findall(r"Same grade (\d+%) (\d+% to \d+%) 40 (\d+%) \(", body)
    assert same[0] == "83%"  # (16 × 5 + 20) of 120
    assert same[2] == "90%"  # 36 of 40
    assert "Of 100 audits, the moderator gives about 83 (" in body
    assert "▼" in body


def test_a_period_and_a_service_narrow_the_figures(place):
    scene = on(place)
    scene.certain(date(2026, 1, 1), *[(1, 1, 1)] * 3)
    scene.certain(JUNE, *[(1, 1, 1)] * 2)
    service, team = place.service("Fostering")
    Scene(scene.version, team, scene.worker, scene.officer, scene.auditors).certain(JULY, (1, 1, 1))
    head = place.people.qa_head

    def returned(**asked):
        return re.findall(
            r"Returned (\d+) Due by the rule (\d+)", text(get(head, "trust", **asked))
        )

    assert returned() == [("6", "6")]
    assert returned(period="2026-04-01") == [("2", "2")]
    assert returned(service=service.pk) == [("1", "1")]
    assert returned(period="2026-01-01", service=service.pk) == [("0", "0")]


def test_each_auditor_stands_by_name_with_the_stated_rate(place):
    graded(place, ("Zed Zander", "Ann Ash", "Ben Birch"), each=12)

    answer = get(place.people.qa_head, "trust-auditors")
    body = text(answer)

    assert "if all auditors graded alike, somebody would be marked in 5 of 100 such tables" in body
    assert body.index("Ann Ash") < body.index("Ben Birch") < body.index("Zed Zander")
    assert re.search(r"Zed Zander \+0\.\d \S+ to \S+ 12 Grades higher than the others", body)
    assert answer.content.decode().count("<svg") == 3
    assert "style=" not in answer.content.decode().split("<main")[1]


def test_nobody_differs_where_all_differences_are_the_same(place):
    on(place)
    who = graded(place, each=8)
    Moderation.objects.update(agrees=True, proposed="", after="good")

    assert "nobody can be told from the others" in text(get(place.people.qa_head, "trust-auditors"))
    assert "nobody differs from the others" in text(get(who[0], "my-grading"))


def test_a_person_sees_their_own_grading_and_nobody_elses(place):
    first, second, _ = graded(place, each=12)

    mine, other = text(get(first, "my-grading")), text(get(second, "my-grading"))

    assert "Grades higher than the others" in mine
    assert re.search(r"Grades above or below all auditors \+0\.\d", mine)
    assert "Your moderated audits 12" in mine
    assert "Grades higher than the others" not in other
    assert not [
        name
        for name in ("Ann Ash", "Ben Birch", "Cy Cedar")
        for page in (mine, other)
        if name in page
    ]


def test_a_person_with_too_few_sees_no_number(place):
    graded(place)
    on(place).draw(JULY, [(3, 3, 3)] * 3, [3] * 3)

    body = text(get(place.people.auditor, "my-grading"))

    assert "Too few to tell." in body
    assert not re.search(r"[+−]\d|Your moderated audits", body)
    assert "You have returned no audit yet" in text(get(place.people.worker, "my-grading"))


def test_the_way_to_ones_own_grading_is_there_for_those_who_audit(place):
    on(place).certain(JUNE, (1, 1, 1))
    people, address = place.people, reverse("my-grading")
    both = place.somebody("BOTH", [Role.MODERATOR, Role.AUDITOR], people.team1)

    assert address in get(both, "moderations").content.decode()
    assert address in get(people.auditor, "my-work").content.decode()
    assert address not in get(people.moderator, "moderations").content.decode()
    assert address not in get(people.worker, "my-work").content.decode()


# The file -----------------------------------------------------------------------------------------


def file_lines(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_file_holds_the_figures_and_no_formula(place):
    scene = on(place)
    scene.draw(JUNE, [(3, 3, 3)] * 16 + [(3, 2, 2)] * 4, [3] * 80)
    place.people.service.name = "=1+1"
    place.people.service.save(update_fields=["name"])

    answer = get(place.people.qa_head, "trust-file", service=place.people.service.pk)
    lines = file_lines(answer)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert {one["Service"] for one in lines} == {"'=1+1"}
    by_name = {one["Figure"]: one for one in lines}
    same = by_name["Same grade"]
    assert (same["Value"], same["Without correction"], same["Moderated audits"]) == (
        "80.0",
        "80.0",
        "20",
    )
    assert by_name["Higher less lower, percentage points"]["Value"] == "-20.0"
    assert by_name["Kappa, quadratic weights"]["Unit"] == "from −1 to 1"


def test_there_is_no_file_where_nothing_was_returned(place):
    assert get(place.people.qa_head, "trust-file").status_code == 404


# Queries ------------------------------------------------------------------------------------------


def counts(place):
    clients = {name: signed_in(place.people.qa_head) for name in PAGES}
    found = {}
    for name, client in clients.items():
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        found[name] = len(queries)
    return found


def test_queries_do_not_grow_with_audits_months_and_auditors(place):
    head = place.people.qa_head
    scene = on(place)
    mine = Scene(scene.version, scene.unit, scene.worker, scene.officer, (head, *scene.auditors))
    mine.draw(JUNE, [(3, 3, 3)] * 3, [3] * 3)
    first = counts(place)

    more = UserFactory(council=head.council)
    wider = Scene(scene.version, scene.unit, scene.worker, scene.officer, (more, head))
    wider.draw(JULY, [(3, 3, 3)] * 2 + [(2, 3, 3)], [3] * 3)

    again = counts(place)
    print(again)
    assert again == first
    assert max(again.values()) <= 24


def test_audits_that_wait_for_their_draw_are_said(place):
    on(place).audits(JUNE, [3])

    body = text(get(place.people.qa_head, "trust"))

    assert "1 audit has not been drawn from yet, or no rule could choose it" in body

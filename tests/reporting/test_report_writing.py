"""Commentary and recommendations: checked for values, names and other people's words before they are kept."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.moves import Refused
from reporting.figure import Value
from reporting.models import Commentary
from reporting.sections import Place
from reporting.services.recommending import Wish, drop_recommendation, write_recommendation
from reporting.services.writing import Draft, Named, Overtaken, save_commentary
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast
from tests.reporting.report_scenes import AT, quarter_of, with_reports

pytestmark = pytest.mark.django_db
VALUES = {"grades.final": Value("Final grades", "13")}
PLACE = Place("grades", "Commentary", longest=60)


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = AT
    with_reports()
    return cast("eastmere")


@pytest.fixture
def report(people):
    return quarter_of(people.council)


def saved(report, by, text, **how):
    return save_commentary(report, Draft(PLACE, text, **how), VALUES, by=by, at=AT)


def test_a_text_is_kept_and_counted(people, report):
    first = saved(report, people.officer, " There were {grades.final}. ")
    assert (first.text, first.saves, first.saved_by) == (
        "There were {grades.final}.",
        1,
        people.officer,
    )

    second = saved(report, people.qa_head, "Fewer than before.", saves=1)

    assert (second.pk, second.saves, second.saved_by) == (first.pk, 2, people.qa_head)


def test_a_stale_save_is_refused_with_the_others_words(people, report):
    saved(report, people.officer, "Mine")

    with pytest.raises(Overtaken) as fault:
        saved(report, people.qa_head, "Written meanwhile", saves=0)

    assert fault.value.theirs.text == "Mine"
    assert Commentary.objects.get().text == "Mine"


def test_saving_the_same_twice_changes_nothing(people, report):
    saved(report, people.officer, "Mine")

    assert saved(report, people.officer, "Mine").saves == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{grades.fnal} {x}", r"no value called \{grades.fnal\}, \{x\}"),
        ("a" * 61, "1 characters too long. 60 fit here."),
    ],
)
def test_what_cannot_be_printed_is_refused(people, report, text, words):
    with pytest.raises(Refused, match=words):
        saved(report, people.officer, text)


def test_names_and_files_are_warned_of_until_somebody_has_looked(people, report):
    case = CaseFileFactory(council=people.council, unit=people.team1, number="AB-1234")
    CaseFileFactory(council=cast("northshire").council, number="XY-9999")
    text = f"{people.worker.name} on {case.number} not XY-9999"

    with pytest.raises(Named) as fault:
        saved(report, people.officer, text)
    assert people.worker.name in fault.value.found
    assert fault.value.found[-1] == "file AB-1234"
    assert "file XY-9999" not in fault.value.found

    assert saved(report, people.officer, text, looked=True).saves == 1


@pytest.mark.parametrize("who", ["director", "head", "worker", "reader"])
def test_only_the_qa_team_writes(people, report, who):
    with pytest.raises(PermissionDenied):
        saved(report, getattr(people, who), "Words")
    wish = Wish("Do it", "", people.head, date(2026, 9, 30))
    with pytest.raises(PermissionDenied):
        write_recommendation(report, wish, by=getattr(people, who), at=AT)


def wished(people, **how):
    return Wish(
        **{"text": "Plans have dates", "why": "", "owner": people.head, "due_on": date(2026, 9, 30)}
        | how
    )


def test_recommendations_are_numbered_and_close_up(people, report):
    rows = [
        write_recommendation(report, wished(people, text=text), by=people.officer, at=AT)
        for text in ("One", "Two", "Three")
    ]

    drop_recommendation(rows[1], by=people.officer, at=AT)

    found = report.recommendations.values_list("number", "text")
    assert list(found) == [(1, "One"), (2, "Three")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": " "}, "Enter what will be done."),
        ({"text": "Plans get dates ASAP"}, "Say when it will be done as a date"),
        ({"due_on": AT.date() - timedelta(days=1)}, "The date must be today or later."),
    ],
)
def test_what_could_not_become_an_action_is_refused(people, report, change, words):
    with pytest.raises(Refused) as fault:
        write_recommendation(report, wished(people, **change), by=people.officer, at=AT)

    assert any(one.startswith(words) for one in fault.value.problems)


def test_an_owner_of_another_council_is_refused(people, report):
    other = cast("northshire").head

    with pytest.raises(Refused) as fault:
        write_recommendation(report, wished(people, owner=other), by=people.officer, at=AT)

    assert "Choose who will do it from the list." in fault.value.problems

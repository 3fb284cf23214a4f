from datetime import timedelta

import pytest

from cases import services
from cases.models import CaseFile, ImportRun
from cases.tasks import sweep_imports, work_on_import
from core import clock
from tests.factories.cast import cast
from tests.people.tables import as_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


def waiting(people, number: str = "700") -> ImportRun:
    row = {"Case number": number, "Team code": people.team1.code, "Opened": "2026-01-05"}
    return services.upload("cases", as_csv([row]), by=people.officer, at=clock.now())


def states() -> list[str]:
    return list(ImportRun.objects.order_by("pk").values_list("state", flat=True))


def confirm_all(people) -> None:
    for run in ImportRun.objects.filter(state="checked"):
        services.confirm(run, by=people.officer, at=clock.now())


def test_working_on_an_import_twice_changes_nothing_the_second_time(people):
    run = waiting(people)
    assert [work_on_import(run.pk), work_on_import(run.pk)] == [True, False]
    assert states() == ["checked"]

    confirm_all(people)
    assert [work_on_import(run.pk), work_on_import(run.pk)] == [True, False]
    assert (states(), CaseFile.objects.count()) == (["done"], 1)


def test_working_on_an_import_that_is_not_there_does_nothing():
    assert work_on_import(0) is False


def test_the_sweep_takes_up_what_no_worker_heard_of(people):
    waiting(people, "700")
    waiting(people, "701")

    assert [sweep_imports(), sweep_imports()] == [2, 0]
    assert states() == ["checked", "checked"]

    confirm_all(people)
    assert [sweep_imports(), sweep_imports()] == [2, 0]
    assert (states(), CaseFile.objects.count()) == (["done", "done"], 2)


def test_the_sweep_takes_up_what_a_dead_worker_left(people):
    run = waiting(people)
    services.take_up(run.pk, at=clock.now())
    assert (sweep_imports(), states()) == (0, ["checking"])

    ImportRun.objects.update(lease_until=clock.now() - timedelta(seconds=1))

    assert (sweep_imports(), states()) == (1, ["checked"])


def test_the_sweep_takes_ten_at_a_time(people):
    for number in range(11):
        waiting(people, str(number))

    assert [sweep_imports(), sweep_imports(), sweep_imports()] == [10, 1, 0]


def test_the_sweep_takes_old_files_away_before_anything_is_done_with_them(people):
    waiting(people)
    ImportRun.objects.update(uploaded_at=clock.now() - timedelta(hours=25))

    assert [sweep_imports(), sweep_imports()] == [0, 0]
    assert list(ImportRun.objects.values_list("state", "content")) == [("failed", None)]

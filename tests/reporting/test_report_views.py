"""The pages of reports: what is typed is kept, other people's words are shown, and openings go into the trail."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.models import TrailEntry
from reporting.models import Commentary, ReportVersion
from reporting.services import building
from tests.access.test_every_url import signed_in
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.factories.reports import published_report
from tests.reporting.report_scenes import AT, catalogue_of, quarter_of, with_reports

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(settings):
    settings.TEST_CLOCK = AT
    return with_reports()


@pytest.fixture
def people(version):
    return cast("eastmere")


@pytest.fixture
def report(people):
    found = quarter_of(people.council)
    building.ask_for_version(found, by=people.officer, at=AT)
    return found


def typed(text, saves=0, **more):
    return {"place": "grades", "grades-text": text, "grades-saves": saves, **more}


def write(person, report, data):
    with catalogue_of("grades"):
        return signed_in(person).post(reverse("write-section", args=[report.pk, "grades"]), data)


def test_an_unknown_value_is_named_and_the_text_kept(people, report):
    page = write(people.officer, report, typed("There were {grades.fnal}."))

    assert page.status_code == 422
    assert "There is no value called {grades.fnal}." in page.content.decode()
    assert "There were {grades.fnal}.</textarea>" in page.content.decode()
    assert not Commentary.objects.exists()


def test_a_preview_fills_the_values_and_saves_nothing(people, report):
    page = write(people.officer, report, typed("There were {grades.final}.", preview="1"))

    assert page.status_code == 200
    assert "<p>There were 59.</p>" in page.content.decode()
    assert not Commentary.objects.exists()


def test_a_stale_save_shows_the_others_words_and_can_be_saved_on_top(people, report):
    write(people.qa_head, report, typed("Theirs"))

    page = write(people.officer, report, typed("Mine"))

    said = page.content.decode()
    assert page.status_code == 422
    assert ("<p>Theirs</p>" in said, "Mine</textarea>" in said) == (True, True)
    assert 'name="grades-saves" value="1"' in said
    assert write(people.officer, report, typed("Mine and theirs", 1)).status_code == 302


def test_a_name_is_saved_once_somebody_has_looked(people, report):
    text = f"{people.worker.name} did well"
    page = write(people.officer, report, typed(text))
    assert page.status_code == 422
    assert "I have looked: no child and no worker is named" in page.content.decode()

    assert write(people.officer, report, typed(text, **{"grades-looked": "on"})).status_code == 302


def test_how_far_it_is_is_asked_again_until_it_is_done(people, report):
    client, where = signed_in(people.officer), reverse("report", args=[report.pk])
    asked = {"headers": {"HX-Request": "true"}}

    waiting = client.get(where, **asked)
    assert ('hx-trigger="every 2s"' in waiting.content.decode(), "HX-Refresh" in waiting) == (
        True,
        False,
    )

    ReportVersion.objects.update(state="failed", fault="It broke.")
    done = client.get(where, **asked)
    assert (done["HX-Refresh"], "every 2s" in done.content.decode()) == ("true", False)
    page = client.get(where).content.decode()
    assert ("It broke." in page, "Try again" in page) == (True, True)
    assert "It broke." in client.get(reverse("jobs")).content.decode()


def test_openings_and_downloads_are_kept(people, version):
    report = published_report(people, version, AT)
    made = report.versions.get()
    client = signed_in(people.reader)

    client.get(reverse("report", args=[report.pk]))
    file = client.get(reverse("report-file", args=[made.renditions.get().pk]))
    table = client.get(reverse("report-figures", args=[made.pk]))

    assert file["Content-Disposition"] == (
        'attachment; filename="quarterly-2026-07-v1-members.pdf"'
    )
    assert table.content.decode("utf-8-sig").startswith("council,report,period,version")
    verbs = TrailEntry.objects.filter(by_id=people.reader.pk, subject_id=made.pk)
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "open report",
        "download report",
        "download figures of report",
    ]
    assert made.readers.get().opened_at is not None


def test_whoever_has_left_the_post_reads_what_all_staff_may(people, version):
    report = published_report(people, version, AT)
    made = report.versions.get()
    client = signed_in(people.reader)
    file = reverse("report-file", args=[made.renditions.get().pk])
    before = client.get(file).status_code

    people.reader.holdings.update(to_on=AT.date() - timedelta(days=1))
    PostHoldingFactory(post=people.worker.holdings.get().post, user=people.reader)

    assert (before, client.get(file).status_code) == (200, 404)


def test_a_reader_gets_the_file_of_their_audience_only(people, version):
    report = published_report(people, version, AT)
    made = report.versions.get()
    made.readers.update(audience="staff")

    answer = signed_in(people.reader).get(reverse("report-file", args=[made.renditions.get().pk]))

    assert answer.status_code == 404

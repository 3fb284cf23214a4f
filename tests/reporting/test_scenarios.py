"""SC-28: the quarterly report of Lancashire, from the jobs of 7 July 2026 to its readers."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pytest

from audits.models import Audit
from core.jobs import JOBS
from core.models import Notice
from programme.services.year import open_year
from reporting import tasks
from reporting.builders.quality_report import paper
from reporting.figure import load
from reporting.models import Report, ReportVersion
from reporting.pages import html_of
from reporting.services import building, issuing
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import returned

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 7, 7, 4, 45, tzinfo=UTC)
APRIL, JUNE = date(2026, 4, 1), date(2026, 6, 1)
# Lancashire's own kinds of post for those of the cast.
POSTS = {"PSQA": "QA", "HOS_PSQA": "QAL", "DCS": "DCSC", "DD": "ED", "LM": "CSAP"}


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = TUESDAY
    version = framework("fixtures/frameworks/lancashire/1.yaml")
    people = cast("lancashire", POSTS)
    open_year(people.council, APRIL, by=people.officer, at=datetime(2026, 4, 1, 8, tzinfo=UTC))
    returned(people, version, 5, grade="good", month=APRIL)
    returned(people, version, 4, grade="requires_improvement", month=JUNE)
    returned(people, version, 3, grade="inadequate", month=JUNE)
    returned(people, version, 2, grade="good", month=JUNE, final=False)
    return people


def run_the_jobs():
    """The daily job, and the worker that makes the quarterly report; the months' are left waiting."""
    JOBS["reports"].work(TUESDAY, lambda done: None)
    tasks.make_report(ReportVersion.objects.get(report__code="quarterly").pk)


def cells(version, code):
    """The last row of a figure: the totals."""
    return [cell.n for cell in load(version.figures[code]).rows[-1].cells]


def test_sc_28_the_quarterly_report(people):
    for _ in range(2):
        run_the_jobs()

    report = Report.objects.get(code="quarterly")
    draft = report.versions.get()
    assert (report.first_on, draft.state, draft.cause) == (APRIL, "draft", "the timetable")
    assert cells(draft, "grades") == [12, 2]
    page = html_of(paper(draft, "leaders"))
    targets = " ".join(load(draft.figures["programme-delivery"]).says)
    assert "of 120 in quarter 1" in targets
    assert "of 478 in quarter 1" in targets
    assert targets.split(". ")[-1].strip(".") in page
    assert "escalations" in draft.figures
    names = [one.name for one in people.everybody().values()]
    numbers = Audit.objects.values_list("case__number", flat=True)
    text = re.sub('data:[^"]+', "", page)
    assert not [words for words in (*names, *numbers) if re.search(rf"\b{words}\b", text)]
    with pikepdf.open(BytesIO(bytes(draft.renditions.get(audience="leaders").content))) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
    kept = list(draft.renditions.order_by("pk").values_list("checksum", "content"))

    one = Audit.objects.filter(grade_final=False).first()
    Audit.objects.filter(pk=one.pk).update(grade_final=True)
    again = building.ask_for_version(report, by=people.officer, at=TUESDAY)
    assert tasks.make_report(again.pk)

    again.refresh_from_db()
    assert (again.number, again.state, cells(again, "grades")) == (2, "draft", [13, 1])
    assert cells(ReportVersion.objects.get(pk=draft.pk), "grades") == [12, 2]
    assert list(draft.renditions.order_by("pk").values_list("checksum", "content")) == kept

    issuing.publish(again, by=people.qa_head, at=TUESDAY)
    assert [tasks.make_report(again.pk) for _ in range(2)] == [True, False]
    again.refresh_from_db()
    readers = set(again.readers.values_list("user", flat=True))
    told = list(Notice.objects.filter(kind="report.published").values_list("to", flat=True))
    assert again.state == "published"
    assert sorted(told) == sorted(readers)
    assert {people.director.pk, people.deputy_director.pk, people.worker.pk} <= readers

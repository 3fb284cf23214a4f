"""The monthly summary and the quarterly report of each council, from months of its own data (SC-28 and its like)."""

import re
from datetime import date, datetime

import pytest

from audits.models import Audit
from cases.models import CaseFile
from moderation.models import Moderation
from people.models import User
from people.roles import Role
from qaframework.demo_year import make_year
from reporting.builders.quality_report import paper
from reporting.figure import load
from reporting.models import ReportVersion
from reporting.pages import html_of
from reporting.sections import SECTIONS
from reporting.selectors.asking import asked
from reporting.services import building, scheduling
from standards.selectors import edition
from tests.programme.scenes import LONDON, council

pytestmark = pytest.mark.django_db
# The fifth working day after the second quarter, and the moment on which the jobs run.
AT = datetime(2026, 10, 7, 9, tzinfo=LONDON)
FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
# The edition in force, which of the council's posts stand for those of the cast, and what its reports are called.
COUNCILS = {
    "bexley": (1, "monthly_themes"),
    "blackburn-with-darwen": (1, "monthly"),
    "bracknell-forest": (1, "monthly_summary"),
    "lancashire": (1, "monthly"),
    "west-sussex": (2, "monthly"),
}


@pytest.mark.parametrize("code", sorted(COUNCILS))
def test_both_reports_come_on_their_day_with_the_figures_of_the_screen_and_no_name(code, settings):
    settings.TEST_CLOCK = AT
    number, monthly = COUNCILS[code]
    place = council(code, number)
    # West Sussex's auditors come from another service.
    _, team = place.service("Early help")
    place.somebody("other", [Role.LINE_MANAGER, Role.AUDITOR], team, place.people.head)
    made = make_year(place.people.council, at=AT, months=4, per_month=(5, 7))

    scheduling.ask_for_due(at=AT)
    scheduling.ask_for_due(at=AT)

    versions = {
        one.report.code: one
        for one in ReportVersion.objects.select_related("report").filter(
            report__last_on=LAST, council=place.people.council
        )
    }
    assert made > 0
    assert set(versions) == {monthly, "quarterly"}
    for version in versions.values():
        building.freeze(version, at=AT)
    quarterly = versions["quarterly"]
    figures = {name: load(found) for name, found in quarterly.figures.items()}
    counts_are_right(place.people.council, figures, place.version)
    screen = asked(place.people.qa_head, {"period": "q2026-07-01"}, AT)
    for name in ("grades", "sections-by-service", "grade-changes", "month-audits"):
        if name in figures:
            assert [row.cells for row in figures[name].rows] == [
                row.cells for row in screen.figure(name).rows
            ]
    pages = {
        (version.report.code, audience): html_of(paper(version, audience))
        for version in versions.values()
        for audience in version.about["audiences"]
    }
    nobody_is_named(place.people.council, pages.values())
    switched = edition(place.version).policy.report("quarterly").sections
    titles = [one.title for one in SECTIONS if one.code in switched]
    assert [title for title in titles if title not in pages["quarterly", "leaders"]] == []
    for (_, audience), page in pages.items():
        assert ("Child 1" in page) <= (audience == "leaders")


def counts_are_right(place, figures, version):
    """What the figures say is what stands in the database."""
    worst = edition(version).policy.worst_grade.code
    audits = Audit.objects.filter(council=place, state="returned", month__range=(FIRST, LAST))
    chosen = audits.filter(flash_source="")
    final, provisional = (cell.n for cell in figures["grades"].rows[-1].cells)
    assert final == chosen.filter(grade_final=True).count()
    assert provisional == chosen.filter(grade_final=False).count()
    assert final + provisional > 0
    assert len(figures["inadequate-audits"].rows) == audits.filter(grade=worst).count()
    moderated = Moderation.objects.filter(audit__in=audits, state="final").count()
    changes = figures["grade-changes"].rows
    assert (changes[-1].cells[-1].n if changes else 0) == moderated


def nobody_is_named(place, pages):
    """No name of anybody with an account, and no case number, stands in any page."""
    names = User.objects.filter(council=place).values_list("name", flat=True)
    numbers = CaseFile.objects.filter(council=place).values_list("number", flat=True)
    words = [re.escape(one) for one in (*names, *numbers)]
    known = re.compile(rf"\b(?:{'|'.join(words)})\b")
    for page in pages:
        assert known.findall(re.sub('data:[^"]+', "", page)) == []

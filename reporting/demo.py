"""Demo data: what the QA team wrote about the last month and quarter, and what it recommends. The pages are built by the jobs."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from people.models import Council, User
from people.roles import Role
from reporting.models import Commentary, Recommendation, Report
from reporting.months import made_here, over
from reporting.selectors import reports
from reporting.services.building import ask_for_version
from reporting.services.recommending import Wish, write_recommendation
from reporting.services.scheduling import report_for
from reporting.services.writing import Draft, save_commentary
from standards.policy import ReportRule
from standards.selectors import edition, in_force

QUARTER = {
    "leaders.practice": (
        "Of the final grades, {grades.good} are good or better. The question met least is {weakest-items.weakest}.\n\n"
        "Workers know the children whom they work with, and direct work is described and dated. What slips is the plan: "
        "dates pass, and the file does not say what was done about it.\n\n"
        "Oversight is recorded more often than a year ago, and is still a list of tasks where it should be a view of the child’s day."
    ),
    "leaders.children": (
        "Children told us that it helps when the same person comes, and comes when they said.\n\n"
        "Parents asked for the plan before the meeting and not after it. Fathers were asked less often than mothers."
    ),
    "leaders.decisions": (
        "Agree that every plan is read with the child before its review.\n\n"
        "Agree who keeps actions moving whose owner has left."
    ),
    "practice": (
        "The strongest theme is {strengths.first}. It shows in what children say and in what schools report.\n\n"
        "The theme that audits name most often to be developed is {develop.first}."
    ),
    "grades": (
        "{grades.final} audits have a final grade and {grades.provisional} are provisional. Over time: {good-over-time.signal}. "
        "One month’s rise or fall is not a change in practice, and we do not report it as one."
    ),
    "inadequate": (
        "{inadequate-audits.number} audits were graded at the worst grade. Each was told up the line at once, and each child’s "
        "safety was looked at by somebody outside the case."
    ),
    "actions": (
        "{actions-by-age.late} actions are overdue. The longest ones wait for somebody who has left the service."
    ),
    "trust": (
        "Moderation kept {grade-changes.kept} grades, raised {grade-changes.raised} and lowered {grade-changes.lowered}."
    ),
}
MONTH = {
    "month.good": (
        "A child’s own drawing opens the plan.\n"
        "A duty worker rang the school before the meeting, and the head came.\n"
        "A grandfather was found who now takes the children on Sundays."
    ),
    "month.develop": (
        "Dates in plans.\nFathers’ views.\nOversight that says what is different for the child."
    ),
    "month.focus": "Plans that say what will be different, and by when.",
    "month.voices": (
        "“She comes when she says.”\n“Send the plan before the meeting.”\n“We know who does what.”"
    ),
    "month.meeting": (
        "Why do actions of people who have left stay open? The heads of service bring an answer to the next meeting."
    ),
}
WISHES = (
    (
        "Read every plan with the child before its review, and write down what the child says.",
        "Dates in plans slip where nobody asks the child what has changed.",
    ),
    (
        "Give the open actions of somebody who leaves to a named person on their last day.",
        "The oldest open actions belong to people who have left.",
    ),
)


@transaction.atomic
def write_some(council: Council, *, at: datetime) -> int:
    """Write commentary and recommendations for the last month and quarter; returns how many texts there are.

    A council that has commentary gets no more.
    """
    on = timezone.localdate(at)
    version = in_force(council, on)
    by = first_with(council, (Role.QA_OFFICER, Role.QA_HEAD), on)
    if version is None or by is None or Commentary.objects.filter(report__council=council).exists():
        return 0
    kept = edition(version)
    made = 0
    for rule in kept.policy.reports:
        if made_here(rule):
            months = list(over(rule, on, kept.year_start))[-1]
            report, _ = report_for(council, rule, months, at=at)
            made += comment(report, rule, by, at=at)
            if rule.every == "quarter":
                recommend(report, by, on, at=at)
    return made


def build_again(council: Council, *, at: datetime) -> int:
    """Have every report built once more that was built before its year was invented; returns how many."""
    made = 0
    for report in Report.objects.filter(council=council, versions__isnull=False).distinct():
        try:
            ask_for_version(report, at=at, cause="the year was invented")
        except Refused:
            continue
        made += 1
    return made


def comment(report: Report, rule: ReportRule, by: User, *, at: datetime) -> int:
    """Write each text whose place the report has."""
    texts = MONTH if rule.every == "month" else QUARTER
    places = {
        place.code: place for section in reports.sections_of(rule) for place in section.places
    }
    scope = reports.scope_of(report, reports.framework_of(report), at)
    live = {}
    for section in reports.sections_of(rule):
        for figure in reports.live(section, scope):
            live.update({f"{figure.code}.{name}": value for name, value in figure.values.items()})
    done = 0
    for code, text in texts.items():
        if code in places:
            draft = Draft(places[code], text, looked=True)
            save_commentary(report, draft, live, by=by, at=at)
            done += 1
    return done


def recommend(report: Report, by: User, on: date, *, at: datetime) -> int:
    """Write the recommendations, for a head of service or a senior leader to see to."""
    owner = first_with(report.council, (Role.HEAD_OF_SERVICE, Role.SENIOR_LEADER), on)
    if owner is None:
        return 0
    for number, (text, why) in enumerate(WISHES):
        wish = Wish(text, why, owner, on + timedelta(days=14 * (number + 1)))
        try:
            write_recommendation(report, wish, by=by, at=at)
        except Refused:
            continue
    return Recommendation.objects.filter(report=report).count()


def first_with(council: Council, roles: Iterable[Role], on: date) -> User | None:
    """The first person who holds one of these roles, in the order of the roles."""
    for role in roles:
        found = User.objects.filter(council=council).holding(role, on).order_by("pk").first()
        if found is not None:
            return found
    return None

"""What a report is built from: its rule, its figures as they stand, what became of the last one's recommendations."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from actions.states import ActionState
from core.moves import Refused
from people.models import PostHolding, User
from reporting.figure import Figure
from reporting.models import Recommendation, Report, ReportVersion
from reporting.months import months_of
from reporting.sections import MONTH, Section, switched_on
from reporting.selectors.catalogue import MEASURES, Measure, figure
from reporting.selectors.scope import Scope
from standards.edition import Edition
from standards.models import FrameworkVersion
from standards.policy import ReportRule
from standards.selectors import edition, in_force

NO_POST = "no post at present"
GONE = "No framework of the council asks for this report any more."
# Says which figure is being read, and how many are done of how many.
Progress = Callable[[str, int, int], None]


class Unbuilt(Exception):
    """A figure could not be read; the message says which."""


def framework_of(report: Report) -> FrameworkVersion:
    """The edition in force at the report's end. Refused where there is none."""
    found = in_force(report.council, report.last_on)
    if found is None:
        raise Refused("No framework was in force at the end of these months.")
    return found


def rule_of(code: str, kept: Edition) -> ReportRule:
    """What the framework says of the report. Refused where it says nothing any more."""
    try:
        return kept.policy.report(code)
    except KeyError:
        raise Refused(GONE) from None


def sections_of(rule: ReportRule) -> tuple[Section, ...]:
    """The report's sections in the order they are printed."""
    return switched_on(rule.sections)


def scope_of(report: Report, version: FrameworkVersion, at: datetime) -> Scope:
    """The whole council in the report's months, read at a moment."""
    kept = edition(version)
    return Scope(
        council=report.council,
        first_on=report.first_on,
        last_on=report.last_on,
        at=at,
        edition=kept,
        minimum=kept.policy.figures.minimum,
        smallest=kept.policy.figures.smallest,
    )


def codes_of(section: Section) -> tuple[str, ...]:
    """The figures of a section that there are: those it names, then those that name it.

    One that may not be shown widely and needs a right of its own is kept for the screen of those who hold it.
    """
    own = [code for code, one in MEASURES.items() if one.section == section.code]
    every = dict.fromkeys((*section.figures, *(code for code in own if code not in MONTH.figures)))
    return tuple(code for code in every if code in MEASURES and printable(MEASURES[code]))


def printable(measure: Measure) -> bool:
    """Whether a figure may stand in a report at all."""
    return measure.wide or not measure.permission


def live(section: Section, scope: Scope) -> tuple[Figure, ...]:
    """The figures of one section as they stand."""
    return tuple(figure(code, scope) for code in codes_of(section))


def read_all(codes: Iterable[str], scope: Scope, progress: Progress) -> dict[str, Figure]:
    """Every figure once. Raises Unbuilt with the title of one that cannot be read."""
    wanted = list(dict.fromkeys(codes))
    found = {}
    for number, code in enumerate(wanted):
        progress(MEASURES[code].title, number, len(wanted))
        try:
            found[code] = figure(code, scope)
        except Exception as fault:
            raise Unbuilt(f"The figure “{MEASURES[code].title}” could not be made.") from fault
    return found


def previous(report: Report) -> Report | None:
    """The same report about the months before; None where there was none."""
    earlier = Report.objects.filter(
        council=report.council_id, code=report.code, last_on__lt=report.first_on
    )
    return earlier.order_by("-last_on").first()


def posts_of(users: Iterable[int], on: date) -> dict[int, str]:
    """The titles of the posts that people hold on a day, by their ids; one query."""
    held = PostHolding.objects.current(on).filter(user__in=set(users))
    found: dict[int, list[str]] = {}
    for user, title in held.order_by("pk").values_list("user", "post__type__title"):
        found.setdefault(user, []).append(title)
    return {user: ", ".join(dict.fromkeys(titles)) for user, titles in found.items()}


def post_of(user: User, on: date) -> str:
    """The title of the post that somebody holds on a day."""
    return posts_of([user.pk], on).get(user.pk, NO_POST)


def recommended(report: Report, on: date) -> list[dict[str, Any]]:
    """A report's recommendations as they are printed: owners by their posts, without a name."""
    rows = list(report.recommendations.all())
    posts = posts_of([row.owner_id for row in rows], on)
    return [
        {
            "number": row.number,
            "text": row.text,
            "why": row.why,
            "owner": posts.get(row.owner_id, NO_POST),
            "due_on": row.due_on.isoformat(),
            "themes": list(row.themes),
            "for_staff": row.for_staff,
        }
        for row in rows
    ]


def followed_up(report: Report, on: date) -> list[dict[str, Any]]:
    """What became of the recommendations of the report before, as it is printed."""
    earlier = previous(report)
    if earlier is None:
        return []
    rows = (
        Recommendation.objects.filter(report=earlier)
        .select_related("action")
        .prefetch_related("action__impact", "replies")
    )
    found = list(rows)
    posts = posts_of([row.action.owner_id if row.action else row.owner_id for row in found], on)
    return [
        {
            "number": row.number,
            "text": row.text,
            "owner": posts.get(row.action.owner_id if row.action else row.owner_id, NO_POST),
            "due_on": due_of(row).isoformat(),
            "state": state_words(row, on),
            "difference": difference_words(row),
            "reply": reply_words(row),
        }
        for row in found
    ]


def due_of(row: Recommendation) -> date:
    """By when it is to be done: the date of its action once there is one."""
    return (row.action.due_on if row.action else None) or row.due_on


def state_words(row: Recommendation, on: date) -> str:
    """How far the action of a recommendation is."""
    action = row.action
    if action is None:
        return "Not issued"
    words = str(ActionState(action.state).label)
    late = action.to_do and action.due_on is not None and action.due_on < on
    return f"{words}, late" if late else words


def difference_words(row: Recommendation) -> str:
    """Whether it made a difference for children, as far as that has been asked."""
    if row.action is None:
        return ""
    answers = [one for one in row.action.impact.all() if one.answer]
    if answers:
        return str(answers[-1].get_answer_display())
    return "Not asked yet"


def reply_words(row: Recommendation) -> str:
    """What management answered to it last."""
    replies = sorted(row.replies.all(), key=lambda one: one.pk)
    return str(replies[-1].get_answer_display()) if replies else ""


def editions_of(scope: Scope) -> list[str]:
    """The editions that the counted audits were made under, and the one in force."""
    used = scope.returned().order_by().values_list("version_id", flat=True).distinct()
    rows = FrameworkVersion.objects.filter(pk__in={*used, scope.edition.id})
    found = rows.select_related("framework").defer("source", "policy").order_by("edition")
    return [f"{one.framework.name}, edition {one.edition}" for one in found]


def about(report: Report, rule: ReportRule, scope: Scope) -> dict[str, Any]:
    """Everything besides figures and words that the pages say, as it stands."""
    on = timezone.localdate(scope.at)
    months = months_of(report.kind, report.first_on, scope.edition.year_start)
    earlier = previous(report)
    return {
        "council": report.council.name,
        "colour": report.council.brand_colour,
        "title": report.title,
        "period": report.period or months.words,
        "kind": report.kind,
        "first_on": report.first_on.isoformat(),
        "last_on": report.last_on.isoformat(),
        "framework": f"{scope.edition.framework_name}, edition {scope.edition.number}",
        "editions": editions_of(scope),
        "sections": [section.code for section in sections_of(rule)],
        "codes": {section.code: list(codes_of(section)) for section in sections_of(rule)},
        "wide": [code for code, one in MEASURES.items() if one.wide],
        "response": rule.response,
        "audiences": ["leaders", *(one.audience for one in rule.versions)],
        "minimum": scope.minimum,
        "smallest": scope.smallest,
        "previous": earlier.period if earlier else "",
        "earlier": followed_up(report, on),
    }


def newest(report: Report) -> ReportVersion | None:
    """The newest version, whatever its state."""
    return report.versions.light().order_by("-number").first()

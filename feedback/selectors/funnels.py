"""Who was asked with audits, and what came of it, by quarter and by service (D-G4; issue 7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models.functions import TruncQuarter
from django.utils import timezone

from audits.models import Answer, Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from core.among import Among
from core.prepared import KEY, LOWEST, Prepared
from feedback.funnel import Funnel, best, funnel
from feedback.models import Reply
from feedback.selectors.replies import with_audits
from feedback.sheets import OUTCOMES
from feedback.words import ANSWERED
from people.models import User
from people.organisation import service_of
from people.selectors import services_of
from standards.edition import Edition
from standards.instruments import Instrument
from standards.models import FrameworkVersion
from standards.selectors import edition_known

QUARTERS = 4
NO_SERVICE = "In no service"


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    label: str
    found: Funnel


@dataclass(frozen=True)
class Table:
    """One way of asking: all the audits of the quarters, each quarter, and each service."""

    title: str
    compulsory: bool
    whole: Funnel
    quarters: tuple[Line, ...]
    services: tuple[Line, ...]


@dataclass(frozen=True)
class Reason:
    """Why an audit has no answer in one way of asking, as somebody wrote it down."""

    audit: int
    reference: str
    title: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """One audit: when it was returned, in which service, and what came of asking in one way."""

    quarter: date
    service: str
    outcome: str | None


def returned_for(user: User, on: date) -> AuditQuerySet:
    """The returned audits of the last four quarters that a person may open and whose grade is not kept from them."""
    found: AuditQuerySet = Audit.objects.visible_to(user, on).with_blindness(user)
    return found.filter(state=AuditState.RETURNED, blind=False, returned_at__date__gte=first_of(on))


def first_of(on: date) -> date:
    """The first day of the earliest of the last four quarters; the present one is the last."""
    months = on.year * 12 + (on.month - 1) // 3 * 3 - 3 * (QUARTERS - 1)
    return date(months // 12, months % 12 + 1, 1)


def funnels_of(user: User, on: date) -> list[Table]:
    """Each way of asking with audits; five queries whatever there is, and some for each edition not read yet.

    An audit in which several relatives were asked counts once, with the outcome that came furthest. What is recorded on
    the audit's form and what stands in replies count alike.
    """
    rows = list(
        returned_for(user, on)
        .annotate(quarter=TruncQuarter("returned_at"))
        .values_list("pk", "version_id", "unit__path", "quarter")
        .order_by()
    )
    editions = editions_of({version for _, version, _, _ in rows})
    outcomes = outcomes_of([pk for pk, *_ in rows], editions.values())
    services = services_of(user.council_id) if user.council_id else {}
    asked: dict[str, list[Asked]] = defaultdict(list)
    instruments: dict[str, Instrument] = {}
    for pk, version, path, quarter in rows:
        unit = services.get(service_of(path, set(services)))
        for one in with_audits(editions[version]):
            instruments[one.code] = one
            asked[one.code].append(
                Asked(
                    timezone.localdate(quarter),
                    unit.name if unit else NO_SERVICE,
                    best(outcomes[pk, one.code]),
                )
            )
    return [
        table_of(instruments[code], some)
        for code, some in asked.items()
        if any(one.outcome for one in some)
    ]


def editions_of(pks: Iterable[int]) -> dict[int, Edition]:
    """The editions by their ids."""
    rows = FrameworkVersion.objects.filter(pk__in=pks).values_list("pk", "state", "checksum")
    return {pk: edition_known(pk, state, checksum) for pk, state, checksum in rows}


# What stands in the queries below for the ids of audits and the codes of parts.
AUDITS, PARTS = [LOWEST - 31], [f"{KEY} parts"]
CAME_OF = Prepared(
    lambda: (
        Reply.objects.filter(Among("audit_id", AUDITS))
        .order_by()
        .values_list("audit_id", "instrument", "outcome")
    )
)
GIVEN = Prepared(
    lambda: (
        Answer.objects.filter(Among("audit_id", AUDITS), Among("part__code", PARTS))
        .order_by()
        .values_list("audit_id", "part__code", "text")
    )
)


def outcomes_of(audits: list[int], editions: Iterable[Edition]) -> dict[tuple[int, str], list[str]]:
    """What came of asking, by audit and instrument: from replies, and from the audits' own forms."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for audit, instrument, outcome in CAME_OF.rows({AUDITS[0]: audits}):
        found[audit, instrument].append(outcome)
    parts = {code: one for some in editions for code, one in outcome_parts(some).items()}
    for audit, code, text in GIVEN.rows({AUDITS[0]: audits, PARTS[0]: sorted(parts)}):
        found[audit, parts[code]].append(text)
    return found


def outcome_parts(found: Edition) -> dict[str, str]:
    """The parts of audit forms in which somebody says what came of asking: the part's code, and the instrument's.

    Such a part belongs to the instrument's question and offers “answered” among its options.
    """
    by_question = {one.question: one.code for one in with_audits(found) if one.question}
    return {
        part.code: by_question[question.code]
        for tool in found.tools.values()
        for section in tool.sections
        for question in section.questions
        if question.code in by_question
        for part in question.parts
        if any(option.code == ANSWERED for option in part.options)
    }


# Reasons ------------------------------------------------------------------------------------------


def reasons_of(user: User, on: date) -> list[Reason]:
    """Why there was no answer, of the same audits, the latest return first: from replies, and from the audits' forms.

    Five queries whatever there is.
    """
    audits = {
        pk: (reference, version)
        for pk, reference, version in returned_for(user, on)
        .order_by("-returned_at", "-pk")
        .values_list("pk", "reference", "version_id")
    }
    editions = editions_of({version for _, version in audits.values()})
    found: dict[int, list[Reason]] = defaultdict(list)
    replies = Reply.objects.filter(audit__in=audits).exclude(reason="").order_by("pk")
    for pk, code, outcome, reason in replies.values_list(
        "audit_id", "instrument", "outcome", "reason"
    ):
        title = editions[audits[pk][1]].instrument(code).title
        found[pk].append(Reason(pk, audits[pk][0], title, OUTCOMES[outcome], reason))
    for pk, code, text, outcome in said_on_forms(list(audits), editions):
        title = editions[audits[pk][1]].instrument(code).title
        found[pk].append(Reason(pk, audits[pk][0], title, OUTCOMES.get(outcome, ""), text))
    return [one for pk in audits for one in found[pk]]


def said_on_forms(
    audits: list[int], editions: Mapping[int, Edition]
) -> Iterator[tuple[int, str, str, str]]:
    """Reasons written on audit forms: the audit, the instrument's code, the reason, and the outcome that it explains.

    A reason is a text that the form asks for because of the outcome.
    """
    parts = {code: one for some in editions.values() for code, one in outcome_parts(some).items()}
    whys = {
        part.code: part.required_when[0]
        for some in editions.values()
        for tool in some.tools.values()
        for section in tool.sections
        for question in section.questions
        for part in question.parts
        if part.kind == "short_text"
        and part.required_when
        and part.required_when[0] in parts
        and ANSWERED not in part.required_when[1]
    }
    given = Answer.objects.filter(audit__in=audits, part__code__in=[*parts, *whys])
    rows = given.order_by("audit", "instance", "pk").values_list(
        "audit_id", "instance", "part__code", "text"
    )
    outcomes: dict[tuple[int, int, str], str] = {}
    texts: list[tuple[int, int, str, str]] = []
    for audit, instance, code, text in rows:
        if code in parts:
            outcomes[audit, instance, code] = text
        elif text:
            texts.append((audit, instance, code, text))
    for audit, instance, code, text in texts:
        why = whys[code]
        outcome = outcomes.get((audit, instance, why), "")
        if outcome != ANSWERED:
            yield audit, parts[why], text, outcome


def table_of(instrument: Instrument, asked: list[Asked]) -> Table:
    """The counts of one way of asking."""
    quarters = sorted({one.quarter for one in asked})
    services = sorted({one.service for one in asked})
    return Table(
        instrument.title,
        instrument.compulsory,
        funnel(one.outcome for one in asked),
        tuple(
            Line(
                f"{day:%B %Y} to {last_month(day):%B %Y}",
                funnel(one.outcome for one in asked if one.quarter == day),
            )
            for day in quarters
        ),
        tuple(
            Line(name, funnel(one.outcome for one in asked if one.service == name))
            for name in services
        ),
    )


def last_month(first: date) -> date:
    """The first day of a quarter's last month."""
    return first.replace(month=first.month + 2)

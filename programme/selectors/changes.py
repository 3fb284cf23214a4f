"""Who may change the dates of an audit or leave it out, and what waits for a decision."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.rules import is_a_party
from audits.selectors import edition_of
from audits.states import EXCLUDE, WORKING
from people.models import User
from people.organisation import Line
from people.roles import MANAGERS, QA_TEAM
from people.selectors import holds, line, line_of
from programme.dates import Limit, in_time, may_ask, may_exclude, may_extend
from programme.models import DateChange
from programme.querysets import people_below
from standards.models import FrameworkVersion
from standards.policy import Allocation
from standards.selectors import calendar_of

Kind = DateChange.Kind


@dataclass(frozen=True)
class Rights:
    """What a framework says on one kind of change to one audit: who asks, who decides, by when.

    `local` says whether the framework has a rule on it at all.
    """

    kind: str
    local: bool
    askers: frozenset[int]
    limits: dict[int, Limit]
    before_deadline: bool
    deadline_on: date

    def open_on(self, on: date) -> bool:
        """Whether it is still in time on a day (T-7)."""
        return in_time(on, self.deadline_on, before_deadline=self.before_deadline)

    def may_ask(self, user: User) -> bool:
        return user.pk in self.askers

    def may_decide(self, user: User) -> bool:
        return user.pk in self.limits


def rights(audit: Audit, kind: str, *, on: date, tree: Line | None = None) -> Rights:
    """Who may ask for and decide a change to an audit on a day; nobody decides on an audit of which they are a party."""
    tree = tree or line(audit.council_id, on)
    rule = edition_of(audit).policy.allocation
    limits, local, before = deciders(audit, kind, rule, tree)
    parties = {audit.auditor_id, audit.worker_id, audit.second_worker_id}
    return Rights(
        kind=kind,
        local=local,
        askers=may_ask(tree, auditor_id=audit.auditor_id, local=local),
        limits={pk: limit for pk, limit in limits.items() if pk not in parties},
        before_deadline=before,
        deadline_on=audit.deadline_on,
    )


def deciders(
    audit: Audit, kind: str, rule: Allocation, tree: Line
) -> tuple[dict[int, Limit], bool, bool]:
    """Who decides and until when; whether the framework has a rule; whether only before the deadline."""
    if kind == Kind.EXTENSION:
        found = may_extend(
            rule,
            tree,
            auditor_id=audit.auditor_id,
            first_on=first_deadline_on(audit),
            calendar=calendar_of(audit.council_id),
        )
        local = rule.extension
        return found, local is not None, bool(local and local.before_deadline)
    excluders = may_exclude(rule, tree, auditor_id=audit.auditor_id)
    exclusion = rule.exclusion
    return (
        dict.fromkeys(excluders, Limit()),
        exclusion is not None,
        bool(exclusion and exclusion.before_deadline),
    )


def first_deadline_on(audit: Audit) -> date:
    """The deadline the audit had before any extension."""
    granted = audit.changes.filter(kind=Kind.EXTENSION, state=DateChange.State.GRANTED)
    return granted.values_list("old_deadline_on", flat=True).first() or audit.deadline_on


def names_of(ids: frozenset[int]) -> list[str]:
    """The names of some people."""
    return list(User.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True))


def changeable(user: User, on: date) -> AuditQuerySet:
    """The audits whose pages of changes a person may open: those they see, and those of auditors below them.

    Of the latter, only those under way in a framework that has a rule on more time or on leaving out;
    a manager may open nothing else of them.
    """
    seen = Audit.objects.visible_to(user, on).values("pk")
    return Audit.objects.filter(Q(pk__in=seen) | Q(pk__in=of_their_auditors(user, on).values("pk")))


def of_their_auditors(user: User, on: date) -> AuditQuerySet:
    """Audits under way whose auditor sits below this person, where the framework has a rule on such changes."""
    ruled = FrameworkVersion.objects.filter(
        Q(policy__allocation__has_key="extension") | Q(policy__allocation__has_key="exclusion"),
        council=user.council_id,
    )
    return Audit.objects.filter(
        council=user.council_id,
        state__in=WORKING,
        version__in=ruled.values("pk"),
        auditor__in=people_below(user, on),
    )


def waiting(user: User, on: date) -> list[DateChange]:
    """The requests that this person may decide on, soonest due first; the queries do not grow with them."""
    asked = DateChange.objects.open().filter(audit__council=user.council_id)
    if user.council_id is None or not holds(user, *QA_TEAM, *MANAGERS, on=on):
        return []
    if not asked.exists():
        return []
    rows = asked.filter(audit__state__in=WORKING).with_audit().order_by("audit__deadline_on", "pk")
    tree = line_of(user, on)
    return [row for row in rows if decides(row, user, tree)]


def decides(change: DateChange, user: User, tree: Line) -> bool:
    """Whether a person may decide on a request; no query."""
    audit = change.audit
    if is_a_party(user, audit):
        return False
    rule = edition_of(audit).policy.allocation
    if change.kind == Kind.EXTENSION:
        first_on = change.old_deadline_on
        return user.pk in may_extend(rule, tree, auditor_id=audit.auditor_id, first_on=first_on)
    return user.pk in may_exclude(rule, tree, auditor_id=audit.auditor_id)


def can_be_left_out(audit: Audit) -> bool:
    """Whether its stage lets an audit be left out."""
    return audit.state in EXCLUDE.sources

"""Reading what follows a returned audit: its loop, its lists, and what keeps it from being closed (B1, B2-23, C3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.models import Action, ActionMove
from actions.querysets import ActionQuerySet, stemming_from
from actions.states import FINISH, TO_DO, UNFINISHED, WITHDRAW
from audits.models import Audit, ClosureConfirmed, Listed, Loop, Reader
from audits.points import ABOUT, ACTIONS
from audits.selectors import LOOP, Task, edition_of
from audits.states import LOOP_OPEN, REFUSE, TAKE_UP, AuditState, LoopState
from cases.models import CaseFile
from core.prepared import COUNCIL, Prepared
from people.models import User
from people.organisation import Line
from people.roles import QA_TEAM
from people.selectors import holds, ids_named, ids_of, line, line_of, resolve_all
from standards.policy import ClosureCheck

# How many of one kind stand on somebody's start page.
SHOWN = 50


def people_of(audit: Audit) -> dict[str, User | None]:
    """Who is meant by a recipient's first word."""
    return {
        "auditor": audit.auditor,
        "worker": audit.worker,
        "second_worker": audit.second_worker,
        "moderator": audit.moderator,
    }


def about_audit(audit: Audit) -> Q:
    """Which actions are about an audit, also those that rooms above raised: a condition on Action."""
    wanted = stemming_from("audit", [audit.pk])
    for room in ACTIONS:
        wanted |= room(audit)
    return wanted


def all_actions(audit: Audit) -> "QuerySet[Action]":
    """Every standing action about an audit, also those that rooms above raised, such as its moderation's."""
    return Action.objects.filter(about_audit(audit)).standing().select_related("owner")


def seeing(audit: Audit, people: Iterable[tuple[User, str]]) -> list[tuple[User, str]]:
    """Those of some people who do not grade the audit blind: what follows from its grade would tell it to them."""
    readers = Reader.objects.filter(audit=audit, blind=True)
    blind = set(readers.values_list("user_id", flat=True))
    return [one for one in people if one[0].pk not in blind]


def with_actions(actions: ActionQuerySet) -> Q:
    """Which audits any of these actions is about, also where a room above raised it: a condition on Audit."""
    found = Q(pk__in=actions.roots("audit"))
    for room in ABOUT:
        found |= Q(pk__in=room(actions))
    return found


def unsigned() -> ActionQuerySet:
    """Every action that stands and is not signed off."""
    found: ActionQuerySet = Action.objects.filter(state__in=["draft", *UNFINISHED])
    return found


def remedial_actions(audit: Audit) -> "QuerySet[Action]":
    """The actions that a loop's form speaks of: all but the form's own entry on the tracker (C3-2, C3-3).

    What a room above has drafted and not said yet is none of them.
    """
    unsaid = Q(state="draft") & ~Q(source="audit")
    return all_actions(audit).exclude(kind=LOOP).exclude(unsaid)


def not_done(audit: Audit) -> list[Action]:
    """The remedial actions that stand in the way of handing the form in (C3-3)."""
    return list(remedial_actions(audit).filter(state__in=["draft", *TO_DO]))


def asked_on(loop: Loop) -> date:
    """The day on which the form was last asked for: at the beginning, when it was sent back, or taken up again."""
    asked = loop.moves.filter(verb__in=["begin", REFUSE.verb, TAKE_UP.verb])
    return timezone.localdate(asked.aggregate(last=Max("at"))["last"] or loop.begun_at)


def freed_on(loop: Loop) -> date:
    """The day since which the form could be handed in, where nothing stands in its way now (C3-3).

    That is the day on which the last remedial action was done or withdrawn, but not before the form was asked for.
    """
    ended = ActionMove.objects.filter(
        action__in=Action.objects.filter(about_audit(loop.audit)).exclude(kind=LOOP),
        verb__in=[FINISH.verb, WITHDRAW.verb],
    )
    last = ended.aggregate(last=Max("at"))["last"]
    asked = asked_on(loop)
    return max(asked, timezone.localdate(last)) if last else asked


def may_fill(user: User, loop: Loop, tree: Line) -> bool:
    """Whether this person fills the form of a loop: whoever holds the post on the day, never the worker.

    Where nobody does, whoever would authorise it fills it, and the next above them authorises.
    """
    return user.council_id == loop.council_id and user.pk in fillers(loop, tree)


def fillers(loop: Loop, tree: Line) -> set[int]:
    """The ids of those who fill the form."""
    rule = edition_of(loop.audit).policy.closing_loop
    if rule is None:
        return set()
    return named(loop, rule.owner, tree) or named(loop, rule.authorised_by, tree)


def may_authorise(user: User, loop: Loop, tree: Line) -> bool:
    """Whether this person alone authorises it: the post the framework names, never who handed it in (C3-4).

    Where nobody else holds it, the nearest manager above whoever handed it in does.
    """
    return user.council_id == loop.council_id and user.pk in authorisers(loop, tree)


def authorisers(loop: Loop, tree: Line) -> set[int]:
    """The ids of those who authorise the form."""
    rule = edition_of(loop.audit).policy.closing_loop
    if rule is None:
        return set()
    # Nobody authorises what follows their own audit, whatever post they hold (H-9).
    own = {loop.submitted_by_id or 0, loop.audit.auditor_id}
    others = named(loop, rule.authorised_by, tree) - own
    return others or above(loop, tree)


def named(loop: Loop, recipient: str, tree: Line) -> set[int]:
    """Who holds a post in the matter of a loop on a day; never those whose work was audited."""
    audit = loop.audit
    workers = {audit.worker_id, audit.second_worker_id}
    return {pk for pk, _ in ids_of(recipient, people_of(audit), tree)} - workers


def above(loop: Loop, tree: Line) -> set[int]:
    """Who holds the nearest seat above whoever handed the form in."""
    for seat in tree.above(loop.submitted_by_id or loop.audit.worker_id):
        if found := set(seat.holders) - {loop.submitted_by_id, loop.audit.auditor_id}:
            return found
    return set()


def second_seen(loop: Loop, user: User) -> Audit | None:
    """The second audit of a loop, for who may open it and does not grade it blind."""
    found = Audit.objects.visible_to(user).with_blindness(user).filter(blind=False)
    return found.filter(pk=loop.reaudit_id).select_related("case").first()


def grades_after(loops: Iterable[Loop], user: User) -> dict[int, Audit]:
    """The second audits of some loops by id, for who may open them and does not grade them blind."""
    ids = [one.reaudit_id for one in loops if one.reaudit_id]
    found = Audit.objects.visible_to(user).with_blindness(user).filter(blind=False, pk__in=ids)
    return {audit.pk: audit for audit in found}


def candidates(loop: Loop) -> "QuerySet[Audit]":
    """The audits that may be the second one: the same worker, another child, given out since (C3-5)."""
    first = loop.audit
    worker = Q(worker=first.worker_id) | Q(second_worker=first.worker_id)
    taken = Loop.objects.filter(reaudit=OuterRef("pk"))
    return (
        Audit.objects.filter(worker, council=loop.council_id)
        .filter(allocated_at__gte=loop.authorised_at or first.allocated_at)
        .exclude(Q(pk=first.pk) | Q(case=first.case_id) | Q(state=AuditState.EXCLUDED))
        .exclude(Exists(taken))
        .select_related("case", "auditor")
        .order_by("-allocated_at")
    )


def other_cases(loop: Loop, user: User, on: date) -> list[CaseFile]:
    """The open cases of the same worker with another child that somebody who gives out a second audit may see."""
    worker = loop.audit.worker
    open_now = Q(involvements__to_on=None) | Q(involvements__to_on__gte=on)
    found = (
        CaseFile.objects.visible_to(user)
        .filter(open_now, involvements__user=worker)
        .exclude(pk=loop.audit.case_id)
    )
    return list(found.distinct().order_by("number")[:20])


@dataclass(frozen=True)
class Region:
    """One of the four regions of an audit: what it is called, where it stands, and whether it is finished."""

    title: str
    words: str
    finished: bool


def regions(audit: Audit) -> tuple[Region, ...]:
    """Where the work, the grade, the actions and the loop of an audit stand (B1)."""
    states = list(all_actions(audit).values_list("state", flat=True))
    left = sum(state in {"draft", *UNFINISHED} for state in states)
    loop = Loop.objects.filter(audit=audit).first()
    returned = audit.state == AuditState.RETURNED
    return (
        Region("Work", audit.get_state_display(), returned),
        Region("Grade", "Final" if audit.grade_final else "Provisional", audit.grade_final),
        Region("Actions", actions_in_words(len(states), left), not left),
        Region("Loop", loop_in_words(loop), loop is None or loop_finished(loop)),
    )


def actions_in_words(number: int, left: int) -> str:
    """Where the actions stand."""
    if not number:
        return "None"
    return f"{left} of {number} to be signed off" if left else "All signed off"


def loop_in_words(loop: Loop | None) -> str:
    """Where the loop stands."""
    return LoopState(loop.state).label if loop else "Not needed"


def loop_finished(loop: Loop) -> bool:
    """Whether nothing is left to come: linked, not needed, or authorised where no second audit follows."""
    if loop.state == LoopState.AUTHORISED:
        return loop.reaudit_due_on is None
    if loop.state == LoopState.LINKED and loop.reaudit:
        return loop.reaudit.state != AuditState.EXCLUDED
    return loop.state not in LOOP_OPEN


def unconfirmed(audit: Audit) -> list[ClosureCheck]:
    """What somebody still has to confirm before the audit is closed (C3-8)."""
    checks = [
        one
        for one in edition_of(audit).policy.closure_checks
        if not one.grades or audit.grade in one.grades
    ]
    if not checks:
        return []
    done = set(ClosureConfirmed.objects.filter(audit=audit).values_list("code", flat=True))
    return [one for one in checks if one.code not in done]


def may_confirm(user: User, audit: Audit, check: ClosureCheck, on: date) -> bool:
    """Whether this person confirms one thing before the audit is closed; never the worker or the auditor."""
    if user.pk in {audit.auditor_id, audit.worker_id, audit.second_worker_id}:
        return False
    wanted = [check.by] if check.by else ["council.qa_head"]
    found = resolve_all(wanted, people=people_of(audit), council=audit.council, on=on)
    return any(person.pk == user.pk for person, _ in found)


def is_finished(audit: Audit) -> bool:
    """Whether all four regions of an audit are finished and everything is confirmed (B2-23)."""
    return all(one.finished for one in regions(audit)) and not unconfirmed(audit)


def open_listed() -> "QuerySet[Listed]":
    """Entries of lists whose audit still has an action that is not signed off (C2-5)."""
    left = Audit.objects.filter(with_actions(unsigned()), state=AuditState.RETURNED)
    return Listed.objects.filter(audit__in=left.values("pk"))


# The people of an audit by a recipient's first word, as `people_of` has them.
MEANT = ("auditor", "worker", "second_worker", "moderator")
LISTED = Prepared(
    lambda: (
        open_listed()
        .filter(audit__council=COUNCIL)
        .order_by("since", "pk")
        .values_list("audit_id", "kind", "to", *(f"audit__{name}_id" for name in MEANT))
    )
)


def listed_for(user: User, on: date) -> dict[int, str]:
    """The audits that are put before this person today, by id, and how: watched or shown.

    The posts are those held on the day; a watched audit is watched, whatever else it is.
    """
    if user.council_id is None:
        return {}
    rows = LISTED.rows({COUNCIL: user.council_id})
    tree, found = line_of(user, on), dict[int, str]()
    for audit, kind, to, *ids in rows:
        people = dict(zip(MEANT, ids, strict=True))
        named = (ids_named(name, people.get(name.partition(".")[0]), tree) for name in to)
        if any(user.pk == pk for some in named for pk, _ in some):
            watched = Listed.Kind.WATCH in {found.get(audit), kind}
            found[audit] = Listed.Kind.WATCH if watched else kind
    if not found:
        return {}
    seen = Audit.objects.visible_to(user, on).filter(pk__in=found).order_by()
    there = set(seen.values_list("pk", flat=True))
    return {pk: kind for pk, kind in found.items() if pk in there}


def loops_waiting() -> "QuerySet[Loop, Any]":
    """The loops of a council in which somebody has something to do next."""
    left_out = Q(state=LoopState.LINKED, reaudit__state=AuditState.EXCLUDED)
    given_out = Q(state=LoopState.AUTHORISED, reaudit_due_on__isnull=False) | left_out
    waits = Q(state__in=[LoopState.FORM_DUE, LoopState.SUBMITTED]) | given_out
    return Loop.objects.filter(waits, council=COUNCIL).values_list("pk")


WAITING = Prepared(loops_waiting)


def loop_tasks(user: User, on: date) -> list[Task]:
    """What somebody has to do next in a loop: authorise its form, or give out and link the second audit."""
    waiting = [pk for (pk,) in WAITING.rows({COUNCIL: user.council_id})]
    if not waiting:
        return []
    mine = list(Loop.objects.visible_to(user, on).with_audits().filter(pk__in=waiting))
    tree = line_of(user, on)
    due = (one for one in mine if one.state == LoopState.FORM_DUE)
    fills = list(islice((one for one in due if may_fill(user, one, tree)), SHOWN))
    days = due_days(fills)
    tasks = [
        _task(one, "Fill in the form that closes the loop", days[one.audit_id], on) for one in fills
    ]
    waits = (one for one in mine if one.state == LoopState.SUBMITTED)
    signs = list(islice((one for one in waits if may_authorise(user, one, tree)), SHOWN))
    days = due_days(signs)
    what = "Authorise the form that closes the loop, or send it back"
    tasks += [_task(one, what, days[one.audit_id], on) for one in signs]
    if holds(user, *QA_TEAM, on=on):
        given_out = (
            one
            for one in mine
            if one.state in {LoopState.AUTHORISED, LoopState.LINKED}
            and one.audit.auditor_id != user.pk
        )
        tasks += [
            _task(loop, "Give out and link the second audit", loop.reaudit_due_on, on)
            for loop in islice(given_out, SHOWN)
            if loop.reaudit_due_on
        ]
    return tasks


def due_days(loops: Iterable[Loop]) -> dict[int, date]:
    """When the forms of some loops are due, as the tracker has it, by the audit's id; one query."""
    days = {one.audit_id: timezone.localdate(one.begun_at) for one in loops}
    entries = Action.objects.filter(source="audit", source_id__in=days, kind=LOOP, state__in=TO_DO)
    found = entries.filter(due_on__isnull=False).order_by("pk")
    return days | {pk: day for pk, day in found.values_list("source_id", "due_on") if day}


def _task(loop: Loop, what: str, due_on: date, on: date) -> Task:
    audit = loop.audit
    about = f"Audit {audit.reference}, case {audit.case.number}"
    return Task(what, about, due_on, reverse("loop", args=[audit.pk]), due_on < on)


def managers_of(audit: Audit, people: Iterable[int] = ()) -> list[int]:
    """Who can be named as the manager who was met: everybody above the worker on the day of the return."""
    on = timezone.localdate(audit.returned_at) if audit.returned_at else audit.deadline_on
    tree = line(audit.council_id, on)
    return [pk for seat in tree.above(audit.worker_id) for pk in seat.holders] + list(people)

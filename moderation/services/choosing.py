"""Choosing what is moderated: at the return, month by month, from a list, by hand (B2-14, B6-4 to B6-8)."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audits.models import Audit, Reader
from audits.selectors import edition_of
from audits.services.grading import make_final
from audits.services.triggers import FINAL, RETURNED, fire, triggers
from audits.states import AuditState
from core.moves import Refused
from core.trail import record
from moderation import choosing
from moderation.messages import announce
from moderation.models import Moderation, ModerationMove, Selection
from moderation.selectors.people import rule_of, why_not
from moderation.services.assigning import give
from moderation.services.steps import ROUND, leave, locked, take
from moderation.states import CALL_OFF, CHOOSE, LEAVE, ModerationState
from people.models import Council, User
from people.roles import QA_TEAM
from people.selectors import holds
from standards.models import FrameworkVersion
from standards.policy import Moderation as Rule
from standards.selectors import edition

How = Moderation.How
State = ModerationState
NAMED = "A moderator was named when the audit was given out."


# At the return and at a reopening -----------------------------------------------------------------


@transaction.atomic
def after_return(audit: Audit, *, by: User, at: datetime) -> Moderation | None:
    """What a return means for the grade: chosen at once, left to a later round, or final (B2-14).

    A moderator who was named with the allocation gets it at once, where the framework names one then (SC-19).
    """
    policy = edition_of(audit).policy
    if policy.moderation is None:
        finish_unmoderated([audit], by=by, at=at)
        return None
    how = choosing.certain(policy.moderation, audit.grade)
    must = any(one.moderation for one in triggers(policy, RETURNED, audit.grade, ()))
    named = audit.moderator if policy.moderation.named_at_allocation else None
    how = how or (How.GRADE if must else "") or (How.HAND if named else "")
    if not how:
        if not choosing.has_rounds(policy.moderation):
            finish_unmoderated([audit], by=by, at=at)
        return None
    chance = None if how == How.HAND else 1.0
    reason = NAMED if how == How.HAND else ""
    moderation = choose(audit, how=how, chance=chance, reason=reason, by=by, at=at)
    if named:
        why = why_not(named, audit, timezone.localdate(at))
        give(moderation, named, why=why, by=None, at=at)
    return moderation


@transaction.atomic
def after_reopen(audit: Audit, *, by: User, at: datetime) -> None:
    """A reopened audit's moderation no longer stands; what was said in it is kept, and its moderator is told."""
    for moderation in Moderation.objects.filter(audit=audit).standing().select_for_update():
        moderated = moderation.state != State.NOT_SAMPLED
        take(moderation, CALL_OFF, by=by, at=at)
        if moderated:
            announce(moderation, "called_off", at=at)
    forget_moderator(audit)
    audit.readers.exclude(part=Reader.Part.CALIBRATION).delete()


def forget_moderator(audit: Audit) -> None:
    """Take the moderator's name off the audit, but where the framework names one when it is given out."""
    if not rule_of(audit).named_at_allocation:
        audit.moderator = None
        audit.save(update_fields=["moderator", "changed_at"])


def choose(
    audit: Audit,
    *,
    how: str,
    chance: float | None,
    by: User | None,
    at: datetime,
    reason: str = "",
    selection: Selection | None = None,
) -> Moderation:
    """Put one audit among those that wait for a moderator."""
    moderation = Moderation.objects.create(
        council_id=audit.council_id,
        audit=audit,
        state=State.AWAITING,
        how=how,
        reason=reason,
        selection=selection,
        chance=chance,
        chosen_at=at,
        before=audit.grade,
    )
    leave(moderation, "select", by=by, at=at, reason=reason)
    return moderation


def finish_unmoderated(audits: Iterable[Audit], *, by: User | None, at: datetime) -> None:
    """The grades of audits that are not moderated become final, and set off what a final grade does (B1-8)."""
    for audit in audits:
        cause = "" if by else ROUND
        final = make_final(audit, grade=audit.grade, by=by, cause=cause, at=at)
        fire(final, FINAL, by=by, at=at)
        audit.grade_final = True


# Rounds -------------------------------------------------------------------------------------------


def returned_between(version: FrameworkVersion, from_on: date, to_on: date) -> list[Audit]:
    """The returned audits of an edition whose return lies in these days, both included; locked."""
    return list(
        Audit.objects.select_for_update(of=("self",))
        .filter(
            version=version,
            state=AuditState.RETURNED,
            returned_at__date__gte=from_on,
            returned_at__date__lte=to_on,
        )
        .with_people()
        .with_edition()
        .select_related("council", "moderator")
        .order_by("pk")
    )


def check_may_choose(by: User | None, version: FrameworkVersion, on: date) -> None:
    """Only the council's QA team chooses, or the job of the month."""
    if by is not None and (by.council_id != version.council_id or not holds(by, *QA_TEAM, on=on)):
        raise PermissionDenied


def done_already(
    version: FrameworkVersion, rule: str, from_on: date, to_on: date
) -> Selection | None:
    """The selection that was made for these days already; made once, it is never made again (B6-5)."""
    Council.objects.select_for_update().get(pk=version.council_id)
    return Selection.objects.filter(
        version=version, rule=rule, from_on=from_on, to_on=to_on
    ).first()


@transaction.atomic
def draw_month(
    version: FrameworkVersion, month: date, *, by: User | None, at: datetime
) -> Selection | None:
    """Draw the percentage of the audits returned in a month, with every one of the graded ones on top (B6-4).

    What is not drawn becomes final. Doing it again changes nothing and gives the same selection; None where
    nothing was returned. Refused while the month runs, and where the framework has no percentage.
    """
    on = timezone.localdate(at)
    check_may_choose(by, version, on)
    rule = edition(version).policy.moderation
    if rule is None or choosing.rule_of(rule, "percentage") is None:
        raise Refused("This framework does not choose audits by a percentage.")
    from_on, to_on = choosing.month_of(month)
    if to_on >= on:
        raise Refused(f"{from_on:%B %Y} is not over yet, so not all its audits are returned.")
    if found := done_already(version, Selection.Rule.PERCENTAGE, from_on, to_on):
        return found
    audits = returned_between(version, from_on, to_on)
    if not audits:
        return None
    seed = secrets.token_hex(16)
    known = standing_of(audits)
    given = [candidate(one, known.get(one.pk)) for one in audits]
    cohort = choosing.cohort(rule, given, seed)
    ids = {one.reference: one.pk for one in audits}
    selection = Selection.objects.create(
        council_id=version.council_id,
        version=version,
        number=next_number(version.council_id),
        rule=Selection.Rule.PERCENTAGE,
        from_on=from_on,
        to_on=to_on,
        returned=cohort.returned,
        pool={"files": [{"audit": f.reference, "id": ids[f.reference]} for f in cohort.pool.files]},
        fingerprint=cohort.pool.fingerprint,
        terms=cohort.terms.stored if cohort.terms else {},
        seed=seed,
        result=[
            {"order": one.order, "audit": one.reference, "id": ids[one.reference]}
            for one in cohort.result.files
        ],
        certain=[one.id for one in cohort.certain],
        made_by=by,
        made_at=at,
    )
    drawn = {ids[one.reference] for one in cohort.result.files}
    keep(selection, audits, known, drawn, cohort.chance, by=by, at=at)
    detail = {"number": selection.number, "drawn": len(drawn), "certain": len(cohort.certain)}
    tell_trail("draw for moderation", selection, by=by, at=at, detail=detail)
    return selection


def candidate(audit: Audit, known: Moderation | None = None) -> choosing.Candidate:
    """An audit as the plain rules take it, with the grade it was returned with, whatever became of it since."""
    return choosing.Candidate(audit.pk, audit.reference, known.before if known else audit.grade)


def standing_of(audits: Iterable[Audit]) -> dict[int, Moderation]:
    """The standing moderation of each audit that has one; locked."""
    found = (
        Moderation.objects.filter(audit__in=[one.pk for one in audits])
        .standing()
        .with_audit()
        .select_for_update(of=("self",))
    )
    return {one.audit_id: one for one in found}


def next_number(council_id: int) -> int:
    """The next free number of the council's selections; taken while its row is locked."""
    last = Selection.objects.filter(council=council_id).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def tell_trail(
    verb: str, selection: Selection, *, by: User | None, at: datetime, detail: dict[str, int]
) -> None:
    """One line of the trail about a selection."""
    cause = "" if by else ROUND
    council = selection.council_id
    record(verb, selection, by=by, cause=cause, council_id=council, at=at, detail=detail)


def keep(
    selection: Selection,
    audits: list[Audit],
    standing: dict[int, Moderation],
    drawn: set[int],
    chance: float | None,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Make a moderation of each audit of a month: drawn, chosen for certain, or not chosen and so final.

    One that was chosen before (by hand, or at its return) stays as it is, and takes the chance if it is drawn;
    one that was then left without moderation is chosen again if it is drawn.
    """
    certain = set(selection.certain)
    new, moves, unmoderated = [], [], []
    for audit in audits:
        known = standing.get(audit.pk)
        if known is not None:
            if audit.pk in drawn:
                draw_again(known, selection, chance, by=by, at=at)
            continue
        chosen = audit.pk in drawn or audit.pk in certain
        new.append(
            Moderation(
                council_id=selection.council_id,
                audit=audit,
                state=State.AWAITING if chosen else State.NOT_SAMPLED,
                how=How.GRADE if audit.pk in certain else How.CHANCE,
                selection=selection,
                chance=1.0 if audit.pk in certain else chance,
                chosen_at=at,
                before=audit.grade,
            )
        )
        if not chosen:
            unmoderated.append(audit)
    for moderation in Moderation.objects.bulk_create(new):
        verb = "select" if moderation.state == State.AWAITING else "pass over"
        moves.append(
            ModerationMove(moderation=moderation, verb=verb, state=moderation.state, by=by, at=at)
        )
    ModerationMove.objects.bulk_create(moves)
    finish_unmoderated(unmoderated, by=by, at=at)


def draw_again(
    known: Moderation,
    selection: Selection,
    chance: float | None,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Let a drawn audit that was chosen before take the chance; one that was left waits for a moderator again."""
    if known.state == State.NOT_SAMPLED:
        known.how, known.reason, known.chosen_at = How.CHANCE, "", at
        known.chance, known.selection, known.state = chance, selection, State.AWAITING
        known.save(update_fields=["how", "reason", "chosen_at", "chance", "selection", "state"])
        Audit.objects.filter(pk=known.audit_id).update(grade_final=False)
        leave(known, "select", by=by, at=at)
    elif known.chance is None:
        known.chance, known.selection = chance, selection
        known.save(update_fields=["chance", "selection"])


@transaction.atomic
def list_back(version: FrameworkVersion, *, by: User | None, at: datetime) -> Selection | None:
    """The list of audits completed in the last months and not yet moderated, as of today (B6-6, SC-05).

    All of them wait for a moderator then. Doing it again on the same day changes nothing; None for an empty
    list. Refused where the framework keeps no such list.
    """
    on = timezone.localdate(at)
    check_may_choose(by, version, on)
    rule = edition(version).policy.moderation
    found = choosing.rule_of(rule, "look_back") if rule else None
    if found is None or found.months is None:
        raise Refused("This framework keeps no list of the last months.")
    from_on, to_on = choosing.look_back(on, found.months)
    if made := done_already(version, Selection.Rule.LOOK_BACK, from_on, to_on):
        return made
    returned = returned_between(version, from_on, to_on)
    settled = set(
        Moderation.objects.filter(
            audit__in=[one.pk for one in returned], state=State.FINAL
        ).values_list("audit_id", flat=True)
    )
    audits = [one for one in returned if one.pk not in settled]
    if not audits:
        return None
    pool = choosing.pool_of([candidate(one) for one in audits])
    ids = {one.reference: one.pk for one in audits}
    selection = Selection.objects.create(
        council_id=version.council_id,
        version=version,
        number=next_number(version.council_id),
        rule=Selection.Rule.LOOK_BACK,
        from_on=from_on,
        to_on=to_on,
        returned=len(returned),
        pool={"files": [{"audit": f.reference, "id": ids[f.reference]} for f in pool.files]},
        fingerprint=pool.fingerprint,
        certain=sorted(ids.values()),
        made_by=by,
        made_at=at,
    )
    known = set(
        Moderation.objects.filter(audit__in=audits).standing().values_list("audit_id", flat=True)
    )
    for audit in audits:
        if audit.pk not in known:
            choose(audit, how=How.LOOK_BACK, chance=1.0, selection=selection, by=by, at=at)
    detail = {"number": selection.number, "listed": len(audits)}
    tell_trail("list for moderation", selection, by=by, at=at, detail=detail)
    return selection


@transaction.atomic
def run_rounds(*, at: datetime) -> int:
    """The rounds of the month for every council: last month's draws, and the lists of today (B7-3).

    Running it again changes nothing. Returns how many selections are new.
    """
    on = timezone.localdate(at)
    month, _ = choosing.month_before(on)
    before = Selection.objects.count()
    versions = FrameworkVersion.objects.exclude(state=FrameworkVersion.State.DRAFT)
    for version in versions.filter(audits__state=AuditState.RETURNED).distinct().order_by("pk"):
        rule = edition(version).policy.moderation
        run_round(version, rule, month, on, at=at)
    return Selection.objects.count() - before


def run_round(
    version: FrameworkVersion, rule: Rule | None, month: date, on: date, *, at: datetime
) -> None:
    """The rounds of one edition."""
    if rule is None:
        return
    if choosing.rule_of(rule, "percentage"):
        draw_month(version, month, by=None, at=at)
    listed = Selection.objects.filter(
        version=version, rule=Selection.Rule.LOOK_BACK, to_on__gte=on.replace(day=1)
    )
    if choosing.rule_of(rule, "look_back") and not listed.exists():
        list_back(version, by=None, at=at)


# By hand ------------------------------------------------------------------------------------------


@transaction.atomic
def choose_by_hand(audit: Audit, *, reason: str, by: User, at: datetime) -> Moderation:
    """Put a returned audit among those to be moderated, with a reason (B6-5); its grade is provisional again.

    Raises PermissionDenied for anybody but the council's QA team and for a party to the audit.
    """
    audit = (
        Audit.objects.select_for_update(of=("self",))
        .with_people()
        .with_edition()
        .select_related("council", "moderator")
        .get(pk=audit.pk)
    )
    if not by.has_perm("moderation.choose", audit):
        raise PermissionDenied
    if audit.state != AuditState.RETURNED:
        raise Refused("Only a returned audit can be moderated.")
    if edition_of(audit).policy.moderation is None:
        raise Refused("This framework has no moderation.")
    if not reason.strip():
        raise Refused("Give the reason.")
    known = Moderation.objects.filter(audit=audit).standing().select_for_update().first()
    if known is None or known.state == State.NOT_SAMPLED:
        Audit.objects.filter(pk=audit.pk).update(grade_final=False)
    if known is None:
        return choose(audit, how=How.HAND, chance=None, reason=reason.strip(), by=by, at=at)
    known.how, known.chance, known.reason = How.HAND, None, reason.strip()
    known.chosen_at = at
    fields = ("how", "chance", "reason", "chosen_at")
    take(known, CHOOSE, by=by, at=at, reason=reason.strip(), fields=fields)
    return known


@transaction.atomic
def leave_unmoderated(moderation: Moderation, *, reason: str, by: User, at: datetime) -> Moderation:
    """Leave a chosen audit without moderation, with a reason; its grade becomes final as the auditor gave it.

    Refused once the moderator's view is in.
    """
    moderation = locked(moderation, by=by, permission="moderation.assign")
    LEAVE.check(moderation.state)
    if not reason.strip():
        raise Refused("Give the reason.")
    moderation.reason = reason.strip()
    take(moderation, LEAVE, by=by, at=at, reason=reason.strip(), fields=("reason",))
    moderation.audit.readers.filter(part=Reader.Part.MODERATOR).delete()
    forget_moderator(moderation.audit)
    finish_unmoderated([moderation.audit], by=by, at=at)
    return moderation

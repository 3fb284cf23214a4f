"""The validation panel: planned with its sample, changed while it is planned, closed with a verdict on each (B6-7)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit, Reader
from core.moves import Refused
from core.notices import Message, tell
from core.sampling import Pool, Result
from core.sampling import Rule as Terms
from core.sampling import draw as drawn_by
from core.trail import record
from moderation.choosing import pool_of
from moderation.messages import announce
from moderation.models import Moderation, ModerationMove, Panel, Selection
from moderation.selectors.panels import (
    UNJUDGED,
    chair_ids,
    member_ids,
    panel_rule,
    recused,
    waiting_for_verdict,
)
from moderation.services.assigning import take_away
from moderation.services.choosing import (
    candidate,
    choose,
    done_already,
    finish_unmoderated,
    next_number,
    returned_between,
    standing_of,
)
from moderation.services.steps import take
from moderation.states import ASSIGN, CLOSE_PANEL, OPEN, ModerationState
from people.models import Council, User
from people.organisation import Line
from people.selectors import line
from standards.models import FrameworkVersion

How = Moderation.How
State = ModerationState
CLOSED = "This panel is closed, so nothing about it changes any more."


@dataclass(frozen=True)
class Plan:
    """What a new panel is to be: when, who, which returns; `number` drawn by chance, or the ids `picked` by hand."""

    version: FrameworkVersion
    held_on: date
    chair: User
    members: tuple[User, ...]
    from_on: date
    to_on: date
    number: int | None = None
    picked: frozenset[int] = frozenset()
    notes: str = ""


@dataclass(frozen=True)
class Change:
    """What may be changed about a panel while it is planned. `messages` are for learning, without names."""

    held_on: date
    members: tuple[User, ...]
    apologies: str = ""
    notes: str = ""
    messages: str = ""


# Planning -----------------------------------------------------------------------------------------


@transaction.atomic
def plan_panel(plan: Plan, *, by: User, at: datetime) -> Panel:
    """Plan a panel, take its sample of the returned audits that nobody moderates yet, and tell its people.

    The chair gives the verdict; where they are barred from an audit, the first member who is not. Raises
    PermissionDenied for anybody but the council's QA team; Refused where the edition has no panel, somebody
    holds no post that sits on it, the days are not over, there is nothing to look at, or what was picked may
    not be picked.
    """
    check_runs_panels(by, plan.version.council_id)
    Council.objects.select_for_update().get(pk=plan.version.council_id)
    on = timezone.localdate(at)
    tree = line(plan.version.council_id, on)
    check_days(plan, on)
    check_people(plan.version, plan.chair, plan.members, tree)
    audits = returned_between(plan.version, plan.from_on, plan.to_on)
    known = standing_of(audits)
    pool = [one for one in audits if may_be_taken(known.get(one.pk))]
    if not pool:
        raise Refused("No audit that was returned in these days is left to look at.")
    selection = (
        draw_sample(plan, pool, len(audits), by=by, at=at) if plan.number is not None else None
    )
    chosen = picked_of(plan, pool, by) if selection is None else ids_of(selection)
    panel = Panel.objects.create(
        council_id=plan.version.council_id,
        version=plan.version,
        number=number_of(plan.version.council_id),
        held_on=plan.held_on,
        chair=plan.chair,
        selection=selection,
        from_on=plan.from_on,
        to_on=plan.to_on,
        notes=plan.notes.strip(),
        made_by=by,
        made_at=at,
    )
    panel.members.set(others(plan.chair, plan.members))
    people = [plan.chair, *others(plan.chair, plan.members)]
    chance = len(chosen) / len(pool) if selection else None
    for audit in pool:
        if audit.pk in chosen:
            one = put_before(panel, audit, known.get(audit.pk), chance, by=by, at=at)
            give_to_panel(one, people, tree, by=by, at=at)
    let_read(panel, people, tree, at=at)
    tell_people(panel, people, at=at)
    detail = {"number": panel.number, "pool": len(pool), "sampled": len(chosen)}
    record("plan panel", panel, by=by, at=at, detail=detail | {"drawn": selection is not None})
    return panel


def check_runs_panels(by: User, council_id: int) -> None:
    """Only the council's QA team runs its panels."""
    if by.council_id != council_id or not by.has_perm("moderation.run_panels"):
        raise PermissionDenied


def check_days(plan: Plan, on: date) -> None:
    """A panel looks at days that are over, so that no return of these days comes after its draw."""
    if panel_rule(plan.version) is None:
        raise Refused("This framework has no validation panel.")
    if plan.from_on > plan.to_on:
        raise Refused("The last day of the returns lies before the first.")
    if plan.to_on >= on:
        raise Refused("The days of the returns must be over, so that all of them are in.")
    if plan.held_on <= plan.to_on:
        raise Refused("The panel meets after the last day of the returns that it looks at.")
    if (plan.number is None) == (not plan.picked):
        raise Refused("Say how many audits are drawn, or pick them by hand.")


def check_people(
    version: FrameworkVersion, chair: User | None, members: Iterable[User], tree: Line
) -> None:
    """The chair and the members hold the posts that the framework names, today (H-8)."""
    rule = panel_rule(version)
    if rule is None:
        raise Refused("This framework has no validation panel.")
    if chair is not None and (chair.pk not in chair_ids(rule, tree) or not chair.is_active):
        raise Refused(f"{chair.name} holds no post that chairs the panel.")
    sits = set(member_ids(rule, tree))
    for one in members:
        if one.pk not in sits or not one.is_active:
            raise Refused(f"{one.name} holds no post that sits on the panel.")


def others(chair: User, members: Iterable[User]) -> list[User]:
    """The members without the chair, each once, in their order."""
    return [one for one in dict.fromkeys(members) if one.pk != chair.pk]


def may_be_taken(known: Moderation | None) -> bool:
    """Whether a panel may look at an audit: nobody moderates it, or it waits for a moderator."""
    return known is None or (known.state == State.AWAITING and known.panel_id is None)


def number_of(council_id: int) -> int:
    """The next free number of the council's panels; taken while its row is locked."""
    last = Panel.objects.filter(council=council_id).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def draw_sample(
    plan: Plan, audits: list[Audit], returned: int, *, by: User, at: datetime
) -> Selection:
    """Draw the sample by chance, with a seed that the machine makes once the pool stands."""
    if plan.number is None or not 1 <= plan.number <= len(audits):
        raise Refused(f"Draw from 1 to {len(audits)}: the pool holds no more.")
    rule = Selection.Rule.PANEL
    if done_already(plan.version, rule, plan.from_on, plan.to_on):
        raise Refused(
            "A panel has drawn from exactly these days already. Choose other days, or pick by hand."
        )
    pool, terms, seed = (
        pool_of([candidate(one) for one in audits]),
        Terms(number=plan.number),
        new_seed(),
    )
    result = drawn_by(pool, terms, seed)
    ids = {one.reference: one.pk for one in audits}
    return Selection.objects.create(
        council_id=plan.version.council_id,
        version=plan.version,
        number=next_number(plan.version.council_id),
        rule=rule,
        from_on=plan.from_on,
        to_on=plan.to_on,
        returned=returned,
        fingerprint=pool.fingerprint,
        terms=terms.stored,
        seed=seed,
        **stored(pool, result, ids),
        made_by=by,
        made_at=at,
    )


def new_seed() -> str:
    """A seed that nobody can know beforehand."""
    return secrets.token_hex(16)


def stored(pool: Pool, result: Result, ids: dict[str, int]) -> dict[str, object]:
    """A pool and what was drawn from it, as a selection keeps them."""
    return {
        "pool": {
            "files": [{"audit": one.reference, "id": ids[one.reference]} for one in pool.files]
        },
        "result": [
            {"order": one.order, "audit": one.reference, "id": ids[one.reference]}
            for one in result.files
        ],
    }


def ids_of(selection: Selection) -> frozenset[int]:
    """The ids of the audits that were drawn."""
    return frozenset(one["id"] for one in selection.result)


def picked_of(plan: Plan, pool: list[Audit], by: User) -> frozenset[int]:
    """What was picked by hand, if all of it may be: from the pool, and nothing that the person has a part in."""
    by_id = {one.pk: one for one in pool}
    if not plan.picked <= set(by_id):
        raise Refused("One of the audits that you picked cannot be taken any more. Look again.")
    for pk in sorted(plan.picked):
        audit = by_id[pk]
        if by.pk in {audit.auditor_id, audit.worker_id, audit.second_worker_id}:
            raise Refused(
                f"You have a part in audit {audit.reference}. Let somebody else pick it, or draw by chance."
            )
    return plan.picked


def put_before(
    panel: Panel,
    audit: Audit,
    known: Moderation | None,
    chance: float | None,
    *,
    by: User,
    at: datetime,
) -> Moderation:
    """Put an audit before the panel; one that waits for a moderator already keeps how it was chosen."""
    selection = panel.selection
    if known is None:
        how = How.CHANCE if selection else How.PANEL
        known = choose(audit, how=how, chance=chance, selection=selection, by=by, at=at)
    elif selection and known.chance is None:
        known.chance, known.selection = chance, selection
    known.panel = panel
    known.save(update_fields=["panel", "chance", "selection"])
    return known


def give_to_panel(
    moderation: Moderation, people: list[User], tree: Line, *, by: User, at: datetime
) -> None:
    """Name who speaks for the panel: the first of its people who is not recused; nobody where all are.

    A panel asks whether the content bears the grade out, so it never grades blind.
    """
    audit = moderation.audit
    away = recused(audit, people, tree)
    speaks = next((one for one in people if one not in away), None)
    if speaks is None:
        announce(moderation, "nobody", at=at)
        return
    take_away(moderation, speaks, by=by, at=at)
    moderation.moderator, moderation.assigned_by, moderation.assigned_at = speaks, by, at
    moderation.blind = False
    fields = ("moderator", "assigned_by", "assigned_at", "blind")
    take(moderation, ASSIGN, by=by, at=at, fields=fields)
    Audit.objects.filter(pk=audit.pk).update(moderator=speaks)
    Reader.objects.update_or_create(
        audit=audit,
        user=speaks,
        part=Reader.Part.MODERATOR,
        defaults={"blind": False, "since": at},
    )


def let_read(panel: Panel, people: Iterable[User], tree: Line, *, at: datetime) -> None:
    """Let everybody on the panel read the audits before it, but for those they are recused from; nobody else."""
    people = list(people)
    wanted = []
    for one in panel.moderations.filter(state__in=OPEN).with_audit():
        away = recused(one.audit, people, tree)
        wanted += [
            Reader(audit=one.audit, user=person, part=Reader.Part.PANEL, since=at)
            for person in people
            if person not in away
        ]
    Reader.objects.bulk_create(wanted, ignore_conflicts=True)
    known = Reader.objects.filter(audit__moderations__panel=panel, part=Reader.Part.PANEL)
    known.exclude(user__in=people).delete()


def tell_people(panel: Panel, people: Iterable[User], *, at: datetime) -> None:
    """Tell those on a panel when it meets and how much is before it; once for each date. No grade, no name."""
    number = panel.moderations.filter(state__in=OPEN).count()
    audits = "1 audit is" if number == 1 else f"{number} audits are"
    message = Message(
        kind="panel.planned",
        subject=f"Validation panel on {panel.held_on:%-d %B %Y}",
        text=f"Validation panel {panel.number} meets on {panel.held_on:%-d %B %Y}. {audits} before it.",
        path=reverse("panel", args=[panel.pk]),
    )
    told = [(one, "chair" if one.pk == panel.chair_id else "panel member") for one in people]
    tell(told, message, key=f"panel:{panel.pk}:{panel.held_on:%Y-%m-%d}", at=at)


# Changing and closing -----------------------------------------------------------------------------


def locked(panel: Panel, *, by: User) -> Panel:
    """The panel under a lock, for the council's QA team only."""
    found = (
        Panel.objects.select_for_update(of=("self",))
        .select_related("version__framework__council", "chair", "council", "selection")
        .prefetch_related("members")
        .get(pk=panel.pk)
    )
    check_runs_panels(by, found.council_id)
    return found


@transaction.atomic
def change_panel(panel: Panel, change: Change, *, by: User, at: datetime) -> Panel:
    """Change the date, the members and the words of a planned panel; new people and a new date are told.

    Refused once it is closed, for somebody who holds no post that sits on it, and where a member leaves who
    speaks for the panel on an audit that waits for its verdict.
    """
    panel = locked(panel, by=by)
    if panel.state not in CLOSE_PANEL.sources:
        raise Refused(CLOSED)
    if change.held_on <= panel.to_on:
        raise Refused("The panel meets after the last day of the returns that it looks at.")
    tree = line(panel.council_id, timezone.localdate(at))
    before = set(panel.members.all())
    after = others(panel.chair, change.members)
    check_people(panel.version, None, [one for one in after if one not in before], tree)
    check_leavers(panel, before - set(after))
    panel.held_on, panel.apologies = change.held_on, change.apologies.strip()
    panel.notes, panel.messages = change.notes.strip(), change.messages.strip()
    panel.save(update_fields=["held_on", "apologies", "notes", "messages"])
    panel.members.set(after)
    people = [panel.chair, *after]
    let_read(panel, people, tree, at=at)
    tell_people(panel, people, at=at)
    record("change panel", panel, by=by, at=at, detail={"members": len(after)})
    return panel


def check_leavers(panel: Panel, gone: set[User]) -> None:
    """Nobody leaves a panel while an audit before it waits for their verdict."""
    held = panel.moderations.filter(moderator__in=gone, state__in=UNJUDGED)
    one = held.select_related("moderator", "audit").order_by("audit__reference").first()
    if one is not None and one.moderator is not None:
        raise Refused(
            f"{one.moderator.name} speaks for the panel on audit {one.audit.reference}. "
            "Give that audit to somebody else before they leave the panel."
        )


@transaction.atomic
def close_panel(panel: Panel, *, by: User, at: datetime) -> Panel:
    """Close a panel once each audit before it has a verdict; the returns that it did not choose become final.

    Refused while a verdict is missing, naming the audits, and when it is closed already.
    """
    panel = locked(panel, by=by)
    CLOSE_PANEL.check(panel.state)
    Council.objects.select_for_update().get(pk=panel.council_id)
    audits = returned_between(panel.version, panel.from_on, panel.to_on)
    known = standing_of(audits)
    if waiting := waiting_for_verdict(panel):
        raise Refused("These audits have no verdict yet.", [f"Audit {one}" for one in waiting])
    rest = [one for one in audits if one.pk not in known]
    pass_over(panel, rest, by=by, at=at)
    panel.state, panel.closed_by, panel.closed_at = CLOSE_PANEL.target, by, at
    panel.save(update_fields=["state", "closed_by", "closed_at"])
    record("close panel", panel, by=by, at=at, detail={"passed over": len(rest)})
    return panel


def pass_over(panel: Panel, audits: list[Audit], *, by: User, at: datetime) -> None:
    """Note that the panel did not choose these audits, and make their grades final (B2-14).

    One of the panel's own draw keeps the chance that it had of being drawn.
    """
    selection = panel.selection
    files = selection.pool["files"] if selection else []
    pool = {one["id"] for one in files}
    chance = len(selection.result) / len(files) if selection and files else None
    made = Moderation.objects.bulk_create(
        Moderation(
            council_id=panel.council_id,
            audit=audit,
            state=State.NOT_SAMPLED,
            how=How.CHANCE if audit.pk in pool else How.PANEL,
            reason="" if audit.pk in pool else f"Not picked for panel {panel.number}.",
            selection=selection if audit.pk in pool else None,
            chance=chance if audit.pk in pool else None,
            chosen_at=at,
            before=audit.grade,
        )
        for audit in audits
    )
    ModerationMove.objects.bulk_create(
        ModerationMove(moderation=one, verb="pass over", state=one.state, by=by, at=at)
        for one in made
    )
    finish_unmoderated(audits, by=by, at=at)

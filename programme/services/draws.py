"""Drawing files by chance: freeze the pool, let the seed become known, draw, replace, draw again (SC-14)."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cases.models import CaseFile
from core.moves import Refused
from core.sampling import Rule, canonical, commitment, line_up, next_in_line, seed_of
from core.sampling import draw as drawn_from
from core.trail import record
from people.models import Council, User
from people.roles import QA_TEAM, Role
from people.selectors import holds
from programme.allocation import month_without_audits
from programme.models import Draw, Replacement, SeedShare
from programme.selectors.draws import drawn_files, ids_of, pool_of, stored_pool
from programme.selectors.pools import STRATA, Filters, OpenCases, open_cases, words
from programme.states import DRAW, WITHDRAW, DrawState
from standards.models import Tool
from standards.policy import Policy
from standards.selectors import edition

SHORTEST = 8  # letters of a person's words
LEAST = 4  # signs of a published value
LONGEST = 500
Seed = Draw.Seed


@dataclass(frozen=True)
class SeedTerms:
    """Where the seed will come from; for a published value which one, and from which day it is known."""

    kind: str
    source: str = ""
    known_on: date | None = None


@dataclass(frozen=True)
class Terms:
    """What is drawn: for which form and month, from which cases, by which rule, with which seed."""

    title: str
    tool: Tool
    month: date
    filters: Filters
    rule: Rule
    seed: SeedTerms
    audit_on: date | None = None


@transaction.atomic
def freeze(terms: Terms, *, by: User, at: datetime) -> Draw:
    """Freeze the pool as it is now and record its fingerprint, before anybody can know the seed.

    Raises PermissionDenied if `by` is not in the council's QA team, Refused with everything
    that stands against it: a month without audits, an empty pool, a value that is known already.
    """
    return _freeze(terms, by=by, at=at)


def _freeze(
    terms: Terms, *, by: User, at: datetime, follows: Draw | None = None, reason: str = ""
) -> Draw:
    on = timezone.localdate(at)
    check_may_draw(by, on)
    version = terms.tool.version
    if version.council_id != by.council_id:
        raise PermissionDenied
    council = Council.objects.select_for_update().get(pk=by.council_id)
    policy = edition(version).policy
    check_terms(terms, policy, on)
    found = open_cases(
        by, terms.filters, on, cool_off=policy.allocation.cool_off_months, but=follows
    )
    check_pool(found, terms.rule)
    pool = found.pool(terms.rule.by)
    draw = Draw.objects.create(
        council=council,
        number=next_number(council),
        title=terms.title.strip(),
        version=version,
        tool=terms.tool,
        month=terms.month,
        audit_on=terms.audit_on,
        filters=terms.filters.stored,
        rule=terms.rule.stored,
        pool=stored_pool(pool, {one.number: one.id for one in found.files}),
        left_out=words(found.left_out),
        fingerprint=pool.fingerprint,
        frozen_by=by,
        frozen_at=at,
        seed_kind=terms.seed.kind,
        seed_source=terms.seed.source.strip(),
        seed_known_on=terms.seed.known_on,
        follows=follows,
        reason=reason,
    )
    record("freeze pool", draw, by=by, at=at, detail={"number": draw.number, "files": found.open})
    return draw


def check_may_draw(by: User, on: date) -> None:
    """Only the council's QA team draws."""
    if by.council_id is None or not holds(by, *QA_TEAM, on=on):
        raise PermissionDenied


def check_terms(terms: Terms, policy: Policy, on: date) -> None:
    """Refuse what cannot be drawn like this, with every reason."""
    problems = [month_without_audits(policy.months_without_audits, terms.month)]
    if not terms.title.strip():
        problems.append("Say what the draw is for.")
    if terms.month.day != 1 or terms.month < on.replace(day=1):
        problems.append("Choose this month or a later one.")
    if set(terms.rule.by) - set(STRATA):
        problems.append("The pool cannot be divided by this.")
    problems += day_problems(terms, policy, on)
    problems += seed_problems(terms.seed, on)
    if problems := [one for one in problems if one]:
        raise Refused("The pool cannot be frozen like this.", problems)


def day_problems(terms: Terms, policy: Policy, on: date) -> list[str]:
    """What stands against the day of the audits."""
    if terms.audit_on is None:
        needed = policy.allocation.deadline.rule == "audit_date"
        return ["Give the day of the audits: in this framework they are due on it."] * needed
    if terms.audit_on < on:
        return ["The day of the audits is over."]
    if terms.audit_on.replace(day=1) != terms.month:
        return ["The day of the audits does not lie in the month they count for."]
    return []


def seed_problems(seed: SeedTerms, on: date) -> list[str]:
    """Why a seed cannot come from there."""
    if seed.kind == Seed.TWO_PEOPLE:
        return []
    if seed.kind != Seed.PUBLIC:
        return ["Choose where the seed comes from."]
    problems = []
    if not seed.source.strip():
        problems.append("Say which published value will be the seed, so that there is only one.")
    if seed.known_on is None:
        problems.append("Give the day on which the value is published.")
    elif seed.known_on <= on:
        problems.append("The value must be published after today, so that nobody knows it now.")
    return problems


def check_pool(found: OpenCases, rule: Rule) -> None:
    """Refuse an empty pool, and quotas of which the pool can give nothing."""
    if not found.files:
        raise Refused("The pool cannot be frozen like this.", ["No open case is left in the pool."])
    if rule.quotas is not None:
        strata = found.pool(rule.by).strata
        if not any(number and strata.get(name) for name, number in rule.quotas.items()):
            raise Refused(
                "The pool cannot be frozen like this.",
                ["The pool holds no file of the parts that files are asked for from."],
            )


def next_number(council: Council) -> int:
    """The next free number of the council's draws; taken while its row is locked."""
    last = Draw.objects.filter(council=council).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def locked(draw: Draw, by: User) -> Draw:
    """The draw under a lock; PermissionDenied when it is another council's."""
    found = (
        Draw.objects.select_for_update(of=("self",))
        .select_related("council", "tool__version__framework__council", "follows")
        .get(pk=draw.pk)
    )
    if by.council_id != found.council_id:
        raise PermissionDenied
    return found


# The seed -----------------------------------------------------------------------------------------


@transaction.atomic
def give_share(draw: Draw, said: str, *, by: User, at: datetime) -> Draw:
    """Give one's words, unseen by everybody until the other person's are in; the second person's draw at once.

    Two people of the QA team, or one of them a senior leader. Raises PermissionDenied for others,
    Refused for words that are too short, for the same person again, and once the files are drawn.
    """
    draw = locked(draw, by)
    on = timezone.localdate(at)
    if not holds(by, *QA_TEAM, Role.SENIOR_LEADER, on=on):
        raise PermissionDenied
    DRAW.check(draw.state)
    if draw.seed_kind != Seed.TWO_PEOPLE:
        raise Refused("The seed of this draw is a published value.")
    said = canonical(said)
    given = list(draw.shares.select_related("by"))
    if any(share.by_id == by.pk for share in given):
        raise Refused("You have given your words. Now another person gives theirs.")
    people = [by, *(share.by for share in given)]
    if len(people) == 2 and not any(holds(one, *QA_TEAM, on=on) for one in people):
        raise Refused("One of the two people must be in the quality assurance team.")
    if not SHORTEST <= len(said) <= 200:
        raise Refused(f"Give some words of at least {SHORTEST} and at most 200 characters.")
    salt = secrets.token_hex(16)
    SeedShare.objects.create(
        draw=draw, by=by, words=said, salt=salt, commitment=commitment(said, salt), at=at
    )
    record("give words for draw", draw, by=by, at=at, detail={"number": draw.number})
    if given:
        seed = seed_of([*(share.words for share in given), said])
        return _draw(draw, seed, by=by, at=at)
    return draw


@transaction.atomic
def set_published_seed(draw: Draw, value: str, *, by: User, at: datetime) -> Draw:
    """Enter the published value, once, on the day it is known or later; the files are drawn at once.

    Raises PermissionDenied if `by` is not in the council's QA team.
    """
    draw = locked(draw, by)
    on = timezone.localdate(at)
    check_may_draw(by, on)
    DRAW.check(draw.state)
    if draw.seed_kind != Seed.PUBLIC or draw.seed_known_on is None:
        raise Refused("The seed of this draw comes from two people’s words.")
    if on < draw.seed_known_on:
        raise Refused(f"This value is not known before {draw.seed_known_on:%-d %B %Y}.")
    value = canonical(value)
    if not LEAST <= len(value) <= LONGEST:
        raise Refused(f"Enter the whole value as published; it has at least {LEAST} characters.")
    return _draw(draw, value, by=by, at=at)


# The draw -----------------------------------------------------------------------------------------


def _draw(draw: Draw, seed: str, *, by: User, at: datetime) -> Draw:
    """Draw with the seed that has just become known."""
    DRAW.check(draw.state)
    draw.seed, draw.result = seed, files_of(draw, seed)
    draw.drawn_by, draw.drawn_at, draw.state = by, at, DRAW.target
    draw.save(update_fields=["seed", "result", "drawn_by", "drawn_at", "state"])
    detail = {"number": draw.number, "files": len(draw.result)}
    record("draw files", draw, by=by, at=at, detail=detail)
    return draw


def files_of(draw: Draw, seed: str) -> list[dict[str, object]]:
    """The files that a seed draws from the frozen pool, as the draw keeps them."""
    ids = ids_of(draw)
    return [
        {
            "case": one.reference,
            "id": ids[one.reference],
            "stratum": one.stratum,
            "order": one.order,
        }
        for one in drawn_from(pool_of(draw), Rule.read(draw.rule), seed).files
    ]


@transaction.atomic
def repeat(draw: Draw, *, by: User, at: datetime) -> bool:
    """Draw again with the stored pool, rule and seed, to see that the same cases come back (SC-14, B6-5).

    Changes nothing; says whether they did. Refused while the seed is not known.
    """
    draw = locked(draw, by)
    check_may_draw(by, timezone.localdate(at))
    if not draw.seed:
        raise Refused("The seed of this draw is not known yet, so nothing has been drawn.")
    pool_stands = pool_of(draw).fingerprint == draw.fingerprint
    same = pool_stands and files_of(draw, draw.seed) == draw.result
    record("repeat draw", draw, by=by, at=at, detail={"number": draw.number, "same": same})
    return same


@transaction.atomic
def draw_again(draw: Draw, seed: SeedTerms, *, reason: str, by: User, at: datetime) -> Draw:
    """Freeze a new pool by the same rule, with a seed of its own; the earlier draw is kept, withdrawn and numbered.

    Raises Refused without a reason, and once the drawn files have been allocated.
    """
    draw = locked(draw, by)
    check_may_draw(by, timezone.localdate(at))
    WITHDRAW.check(draw.state)
    reason = reason.strip()
    if not reason:
        raise Refused("Say why the files are drawn again.")
    Draw.objects.filter(pk=draw.pk).update(state=WITHDRAW.target)
    record("withdraw draw", draw, by=by, at=at, detail={"number": draw.number})
    terms = Terms(
        title=draw.title,
        tool=draw.tool,
        month=draw.month,
        filters=Filters.read(draw.filters),
        rule=Rule.read(draw.rule),
        seed=seed,
        audit_on=draw.audit_on,
    )
    return _freeze(terms, by=by, at=at, follows=draw, reason=reason[:500])


@transaction.atomic
def replace(
    draw: Draw, case_id: int, *, why: str, note: str = "", by: User, at: datetime
) -> Replacement:
    """Put the next file of the same part, in the draw's own order, in the place of a drawn one.

    Files that have closed since are passed over, and noted. When nobody is left, the file is
    taken out with nobody in its place. Refused without a reason from the list.
    """
    draw = locked(draw, by)
    on = timezone.localdate(at)
    check_may_draw(by, on)
    if draw.state != DrawState.DRAWN:
        raise Refused("Files can be replaced after the draw and before they are allocated.")
    if why not in Replacement.Why.values:
        raise Refused("Choose the reason from the list.")
    earlier = list(draw.replacements.all())
    standing = {one["id"]: one for one in drawn_files(draw, earlier)}
    if case_id not in standing:
        raise Refused("This file is not among the drawn ones any more.")
    ids = ids_of(draw)
    line = line_up(pool_of(draw), Rule.read(draw.rule), draw.seed, standing[case_id]["stratum"])
    taken = {one["id"] for one in draw.result} | {one.in_case_id for one in earlier}
    open_ids = set(
        CaseFile.objects.filter(council=draw.council_id, pk__in=[ids[one] for one in line])
        .open_on(on)
        .values_list("pk", flat=True)
    )
    instead, passed = next_in_line(
        line,
        {one for one in line if ids[one] in taken},
        {one for one in line if ids[one] not in open_ids},
    )
    made = Replacement.objects.create(
        draw=draw,
        out_case_id=case_id,
        in_case_id=ids[instead] if instead else None,
        why=why,
        note=note.strip()[:300],
        passed_over=list(passed),
        by=by,
        at=at,
    )
    detail = {"number": draw.number, "out": case_id, "in": made.in_case_id, "why": why}
    record("replace drawn file", draw, by=by, at=at, detail=detail)
    return made

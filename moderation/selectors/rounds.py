"""Reading rounds: the editions that choose by rounds, the months that can be drawn, one selection's certificate."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min

from audits.models import Audit
from audits.states import AuditState
from core.certificate import Facts
from core.sampling import File, Pool, Rule, draw
from moderation import choosing
from moderation.models import Selection
from people.models import User
from standards.deadlines import months_after
from standards.models import FrameworkVersion
from standards.selectors import edition

SEED = "The machine drew it by chance at the moment of the draw, after the pool had been frozen."


@dataclass(frozen=True)
class Open:
    """What an edition's rounds can still do: months that are over and not drawn, and whether it keeps a list."""

    version: FrameworkVersion
    name: str
    percent: int | None
    months: tuple[date, ...]
    look_back: int | None


def open_rounds(user: User, on: date) -> list[Open]:
    """Each edition of the person's council under which audits were returned; four queries and one for an edition."""
    returned = Audit.objects.filter(council=user.council_id, state=AuditState.RETURNED)
    firsts = dict(
        returned.values("version")
        .annotate(first=Min("returned_at"))
        .values_list("version", "first")
    )
    versions = FrameworkVersion.objects.filter(pk__in=firsts).select_related("framework__council")
    drawn = set(
        Selection.objects.filter(
            council=user.council_id, rule=Selection.Rule.PERCENTAGE
        ).values_list("version_id", "from_on")
    )
    found = []
    for version in versions.defer("source", "policy").order_by("-pk"):
        framework = edition(version)
        rule = framework.policy.moderation
        if rule is None:
            continue
        percentage = choosing.rule_of(rule, "percentage")
        back = choosing.rule_of(rule, "look_back")
        if percentage is None and back is None:
            continue
        ended = months_between(firsts[version.pk], on) if percentage else []
        found.append(
            Open(
                version,
                f"{framework.framework_name}, edition {framework.number}",
                percentage.percent if percentage else None,
                tuple(month for month in ended if (version.pk, month) not in drawn),
                back.months if back else None,
            )
        )
    return found


def months_between(first: datetime, on: date) -> list[date]:
    """The first days of the months from the first return to the last month that is over, newest first; 24 at most."""
    month = on.replace(day=1)
    found: list[date] = []
    while (month := months_after(month, -1)) >= first.date().replace(day=1) and len(found) < 24:
        found.append(month)
    return found


def pool_of(selection: Selection) -> Pool:
    """The pool of a selection."""
    return Pool(tuple(File(one["audit"]) for one in selection.pool["files"]), of="audit")


def facts_of(selection: Selection) -> Facts:
    """What the certificate of a selection that drew by chance certifies."""
    pool = pool_of(selection)
    terms = Rule.read(selection.terms)
    return Facts(
        council=selection.council.code,
        number=selection.number,
        title=title_of(selection),
        frozen_at=selection.made_at,
        pool=pool,
        fingerprint=selection.fingerprint,
        rule=terms,
        seed_kind="chance",
        seed_source=SEED,
        seed_known_on=None,
        seed=selection.seed,
        shares=(),
        drawn_at=selection.made_at,
        result=draw(pool, terms, selection.seed),
    )


def title_of(selection: Selection) -> str:
    """What a selection is: “Moderation, returns of June 2026”."""
    if selection.rule == Selection.Rule.PERCENTAGE:
        return f"Moderation, returns of {selection.from_on:%B %Y}"
    return f"Moderation, returns from {selection.from_on:%-d %B %Y} to {selection.to_on:%-d %B %Y}"


def stands(selection: Selection) -> bool:
    """Whether the stored pool, rule and seed give the stored result again (SC-14)."""
    if not selection.terms:
        return not selection.result
    facts = facts_of(selection)
    found = [(one.order, one.reference) for one in facts.result.files]
    stored = [(one["order"], one["audit"]) for one in selection.result]
    return pool_of(selection).fingerprint == selection.fingerprint and found == stored

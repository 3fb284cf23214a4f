"""The minutes of one validation panel: who, which audits and how they were chosen, the verdicts, the learning."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from audits.selectors import edition_of
from moderation.models import Moderation, Panel
from moderation.selectors.moderating import asked_of, said_of
from moderation.selectors.panels import (
    everybody_on,
    moderations_of,
    posts_in_words,
    recused,
    verdict_of,
)
from moderation.states import GONE, ModerationState, PanelState
from moderation.words import Line, lines
from people.models import User
from people.organisation import Line as Tree
from people.selectors import line
from reporting.builders.audit_record import capital
from standards.selectors import edition

State = ModerationState


@dataclass(frozen=True)
class Present:
    """Somebody on the panel, with their posts on its day."""

    name: str
    posts: str


@dataclass(frozen=True)
class Item:
    """One audit before the panel. It names no auditor, worker or child.

    `said` holds what was written about it besides the verdict; `recused` who took no part, and not why: the
    reason would tell who the auditor or the worker is.
    """

    reference: str
    case_number: str
    how: str
    grade: str
    verdict: str
    stage: str
    after: str
    said: tuple[Line, ...]
    recused: tuple[str, ...]


@dataclass(frozen=True)
class Minutes:
    """The minutes as they are read; a draft until the panel is closed."""

    council: str
    number: int
    framework: str
    case_label: str
    held_on: date
    draft: bool
    closed_at: datetime | None
    chair: Present
    members: tuple[Present, ...]
    apologies: str
    from_on: date
    to_on: date
    returned: int | None
    pool: int | None
    seed: str
    fingerprint: str
    items: tuple[Item, ...]
    messages: str
    notes: str

    @property
    def recusals(self) -> tuple[tuple[str, str], ...]:
        """Who took no part in which verdicts: their name, and the references of the audits."""
        names = dict.fromkeys(name for one in self.items for name in one.recused)
        return tuple(
            (name, ", ".join(one.reference for one in self.items if name in one.recused))
            for name in names
        )


def build(panel: Panel) -> Minutes:
    """The minutes of a panel as things stand. Posts and recusals are those of its day."""
    on = min(panel.held_on, timezone.localdate())
    people, tree = everybody_on(panel), line(panel.council_id, on)
    about, selection = edition(panel.version), panel.selection
    chair, *members = (Present(one.name, posts_in_words(one.pk, tree)) for one in people)
    return Minutes(
        council=panel.council.name,
        number=panel.number,
        framework=f"{about.framework_name}, edition {about.number}",
        case_label=capital(about.policy.word("case_number", "Case number")),
        held_on=panel.held_on,
        draft=panel.state != PanelState.CLOSED,
        closed_at=panel.closed_at,
        chair=chair,
        members=tuple(members),
        apologies=panel.apologies,
        from_on=panel.from_on,
        to_on=panel.to_on,
        returned=selection.returned if selection else None,
        pool=len(selection.pool["files"]) if selection else None,
        seed=selection.seed if selection else "",
        fingerprint=selection.fingerprint if selection else "",
        items=tuple(item_of(one, people, tree) for one in moderations_of(panel)),
        messages=panel.messages,
        notes=panel.notes,
    )


def item_of(moderation: Moderation, people: list[User], tree: Tree) -> Item:
    """One audit before the panel. What is only being written is not minuted."""
    audit = moderation.audit
    policy = edition_of(audit).policy
    said = lines(asked_of(moderation), said_of(moderation)) if moderation.view_at else ()
    verdict = next((one.words for one in said if one.kind == "verdict"), "")
    away = [] if moderation.state in GONE - {State.SENT_BACK} else recused(audit, people, tree)
    return Item(
        reference=audit.reference,
        case_number=audit.case.number,
        how=how_of(moderation),
        grade=policy.grade(moderation.before).label,
        verdict=verdict if verdict_of(moderation) else "",
        stage=stage_of(moderation),
        after=policy.grade(moderation.after).label if moderation.after else "",
        said=tuple(one for one in said if one.kind != "verdict"),
        recused=tuple(one.name for one in away),
    )


def how_of(moderation: Moderation) -> str:
    """How an audit came before the panel."""
    words: str = moderation.get_how_display()
    return words


def stage_of(moderation: Moderation) -> str:
    """Where the grade stands after the verdict."""
    match moderation.state:
        case State.DISAGREED:
            return "Provisional: chair and auditor meet"
        case State.DISPUTED:
            return "Provisional: passed up for a decision"
        case State.FINAL:
            return "Final"
        case State.SENT_BACK:
            return "Open for its auditor again"
        case State.CALLED_OFF:
            return "Called off: the audit was opened again"
        case State.NOT_SAMPLED:
            return "Left without a verdict; final"
    return "Provisional"

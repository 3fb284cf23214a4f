"""Demo data: a year of coding by what texts say, activities that were held, one blind round that is finished."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from learning.kinds import DEVELOP, DIFFERENCE, STRENGTH
from learning.models import Activity, BlindRound, Coding, Extract, Theme
from learning.quarters import months_after, quarter_of, quarters_to
from learning.selectors.rounds import coders_of
from learning.selectors.texts import texts_of
from learning.services.activities import Held, record_activity
from learning.services.blind import hand_in_sheet, open_round
from learning.services.coding import Code, quote
from learning.services.gathering import gather
from learning.services.teaching import learn
from learning.services.theming import add_theme, keep_theme, seed_themes
from learning.states import ActivityKind, ThemeState
from people.models import Council, User


@dataclass(frozen=True)
class Topic:
    """What a text is about, by its words; the council's theme for it, by the theme's; the tag where it has none."""

    words: str
    theme: str
    tag: str


TOPICS = (
    Topic(r"dates?\b|\bthe plan\b|\bsteps\b", r"\bplan", "Plans with dates"),
    Topic(r"chronolog|assess|weigh|risk", r"\brisk|\bneeds?\b", "Assessment and risk"),
    Topic(
        r"supervision|oversight|manager|decision",
        r"oversight|supervision|manag|assurance",
        "Management oversight",
    ),
    Topic(
        r"school|partner|health visitor|professional",
        r"partner|agenc",
        "Partners",
    ),
    Topic(
        r"child’s (?:own )?words|drawing|direct work|alone|child says|listen",
        r"voice|direct|relationship|working",
        "The child’s voice",
    ),
    Topic(
        r"father|grandparent|wider family|family network|both sides",
        r"father|wider family|network",
        "Fathers and the wider family",
    ),
    Topic(r"record|written down|on the file", r"record|report|language", "Recording"),
)
# About plans something was taught, and less has been to develop since; about fathers too, and it has come back.
BETTER, BACK = 0, 5
LEFT_WAITING = 1  # months of which nothing is coded yet
BLIND = 30
MOST_TEXTS = 60  # of one audit
QUOTED = 12
ACTIVITIES = (
    (BETTER, "Plans that say what will be different", ActivityKind.WORKSHOP, 5, 42, 36),
    (BACK, "Finding and hearing fathers", ActivityKind.BRIEFING, 10, 60, 51),
    (2, "Oversight that can be followed", ActivityKind.SUPERVISION, 2, None, None),
    (4, "Seeing children alone: what to write down", ActivityKind.NOTE, 0, None, None),
)


@transaction.atomic
def code_some(council: Council, *, at: datetime) -> int:
    """Find what can be coded and code all but the last month of it; gives how many texts are coded.

    Does nothing where something is coded already, and where nobody is in the QA team.
    """
    on = timezone.localdate(at)
    team = coders_of(council, on)
    if not team or Coding.objects.filter(extract__council=council).exists():
        return 0
    seed_themes(council, at=at)
    gather(council, at=at)
    themes = themes_for(council, team[0], at=at)
    keep_tags(themes, team, at=at)
    rng = Random(f"{council.code} {on:%Y-%m}")  # noqa: S311 - the same demo each time
    last = months_after(on, -LEFT_WAITING)
    found = list(
        Extract.objects.filter(council=council, month__lt=last)
        .select_related("audit")
        .order_by("pk")
    )
    done = code_all(found, themes, team, rng, at=at)
    if len(team) > 1:
        blind_round(council, team, themes, rng, at=at)
    hold_activities(themes, team[0], on, at=at)
    quote_some(done, team[0], at=at)
    learn(council, at=at)
    return len(done)


def themes_for(council: Council, by: User, *, at: datetime) -> list[Theme]:
    """The council's theme for each topic: one of its list, else a new tag."""
    listed = list(Theme.objects.filter(council=council).in_use())
    found: list[Theme] = []
    for topic in TOPICS:
        fits = (one for one in listed if re.search(topic.theme, one.label, re.IGNORECASE))
        free = [one for one in fits if one not in found]
        found.append(free[0] if free else add_theme(council, topic.tag, by=by, at=at))
    return found


def keep_tags(themes: Sequence[Theme], team: Sequence[User], *, at: datetime) -> None:
    """The QA head keeps the new tags but for the last one."""
    head = next((one for one in team if one.has_perm("learning.manage_themes")), None)
    new = [one for one in themes if one.state == ThemeState.NEW]
    if head is not None:
        for one in new[:-1]:
            keep_theme(one, by=head, at=at)


def topics_in(text: str) -> list[int]:
    """What a text is about, two topics at the most."""
    return [n for n, one in enumerate(TOPICS) if re.search(one.words, text, re.IGNORECASE)][:2]


def code_all(
    found: Sequence[Extract],
    themes: Sequence[Theme],
    team: Sequence[User],
    rng: Random,
    *,
    at: datetime,
) -> list[Extract]:
    """Code texts, those of no topic as having nothing to code; gives those that have a code."""
    texts = texts_of(found)
    quarter = {
        one: place for place, one in enumerate(reversed(quarters_to(timezone.localdate(at), 8)))
    }
    rows, coded = [], []
    seen: dict[int | None, int] = defaultdict(int)
    for one in found:
        seen[one.audit_id] += 1
        coder = coder_for(one, team)
        if coder is None or one.pk not in texts or seen[one.audit_id] > MOST_TEXTS:
            continue
        ago = quarter.get(quarter_of(one.month), 8)
        codes = [
            Coding(extract=one, theme=themes[topic], kind=one.kind or STRENGTH, coder=coder, at=at)
            for topic in topics_in(texts[one.pk])
            if rng.random() < likely(topic, one.kind, ago)
        ]
        one.done_by = coder
        rows += codes
        coded.append((one, bool(codes)))
    Coding.objects.bulk_create(rows, batch_size=2000)
    for coder in team:
        mine = [one.pk for one, _ in coded if one.done_by == coder]
        Extract.objects.filter(pk__in=mine).update(done_by=coder, done_at=at, revision=1)
    return [one for one, some in coded if some]


def likely(topic: int, kind: str, ago: int) -> float:
    """How likely a topic of a text is coded: less to develop after learning, and one that has come back."""
    if kind != DEVELOP:
        return 0.5 if kind in {STRENGTH, DIFFERENCE} else 0.35
    if topic == BACK and ago in {1, 2}:
        return 0.0
    return 0.12 if topic == BETTER and ago <= 1 else 0.4


def coder_for(one: Extract, team: Sequence[User]) -> User | None:
    """Somebody of the team who has no part in the audit."""
    audit = one.audit
    parties = {audit.auditor_id, audit.worker_id, audit.second_worker_id} if audit else set()
    return next((person for person in team if person.pk not in parties), None)


def blind_round(
    council: Council, team: Sequence[User], themes: Sequence[Theme], rng: Random, *, at: datetime
) -> BlindRound | None:
    """One round that both have finished; they differ now and then."""
    try:
        made = open_round(BLIND, team[0], team[1], by=team[0], at=at, seed=f"{council.code}-demo")
    except Refused:
        return None
    items = list(made.items.select_related("extract"))
    texts = texts_of(item.extract for item in items)
    for item in items:
        kind = item.extract.kind or STRENGTH
        topics = topics_in(texts.get(item.extract_id, ""))
        codes = [Code(themes[topic].pk, kind) for topic in topics]
        hand_in_sheet(item, codes, by=team[0], at=at)
        other = codes[:1] if rng.random() < 0.2 else codes
        if rng.random() < 0.12:
            other = [*other, Code(themes[rng.randrange(len(themes))].pk, kind)]
        hand_in_sheet(item, other, by=team[1], at=at)
    return made


def hold_activities(themes: Sequence[Theme], by: User, on: date, *, at: datetime) -> list[Activity]:
    """What was taught in the year."""
    made = []
    for topic, title, kind, ago, invited, attended in ACTIVITIES:
        day = min(months_after(on, -ago) + timedelta(days=11), on)
        held = Held(
            title,
            kind,
            day,
            (themes[topic],),
            invited=invited,
            attended=attended,
        )
        made.append(record_activity(held, by=by, at=at))
    return made


def quote_some(done: Iterable[Extract], by: User, *, at: datetime) -> None:
    """Let some invented words be printed: the newest, one of each text and kind."""
    wanted = sorted(done, key=lambda one: (one.month, one.pk), reverse=True)
    seen = Extract.objects.visible_to(by, timezone.localdate(at)).filter(
        pk__in=[one.pk for one in wanted[:300]]
    )
    there = set(seen.values_list("pk", flat=True))
    newest = [one for one in wanted[:300] if one.pk in there]
    texts = texts_of(newest)
    used: set[tuple[str, str]] = set()
    for one in newest:
        words = texts.get(one.pk, "")[:400]
        if len(used) >= QUOTED:
            break
        if words and (one.kind, words) not in used and one.kind in {STRENGTH, DEVELOP, DIFFERENCE}:
            used.add((one.kind, words))
            quote(one, words, by=by, at=at)

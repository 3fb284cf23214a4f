"""Reading panels: who may sit on one, what there is to look at, who is recused, what its page lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from audits.independence import bar, entitled
from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from core import clock
from moderation.asking import VERDICT_WORDS
from moderation.choosing import month_before
from moderation.models import Moderation, ModerationItem, Panel
from moderation.querysets import ModerationQuerySet
from moderation.selectors.moderating import rows
from moderation.selectors.people import parties, rule_of
from moderation.states import GONE, ModerationState
from people.models import User
from people.organisation import Line
from people.selectors import ids_of, line
from standards.models import FrameworkVersion
from standards.policy import Moderation as Rule
from standards.policy import PanelRule
from standards.selectors import edition

State = ModerationState
# A moderation before a panel waits for a verdict in these; in every other one it has one, or needs none.
UNJUDGED = frozenset({State.AWAITING, State.IN_MODERATION})


# Who sits on a panel ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sitter:
    """Somebody who may sit on a panel, with their posts in words."""

    user: User
    posts: str


def panel_rule(version: FrameworkVersion) -> PanelRule | None:
    """The edition's rule of its panel; None where it has no panel."""
    rule = edition(version).policy.moderation
    return rule.panel if rule else None


def size_of(version: FrameworkVersion) -> int | None:
    """How many audits the edition has a panel look at; None where it leaves that open."""
    rule = edition(version).policy.moderation
    found = next((one for one in rule.selection if one.rule == "panel"), None) if rule else None
    return found.size if found else None


def panel_editions(council_id: int) -> list[FrameworkVersion]:
    """The published editions of a council that have a panel, the newest first; and older ones with returns."""
    returned = Audit.objects.filter(version=OuterRef("pk"), state=AuditState.RETURNED)
    found = (
        FrameworkVersion.objects.filter(council=council_id)
        .exclude(state=FrameworkVersion.State.DRAFT)
        .filter(Q(state=FrameworkVersion.State.PUBLISHED) | Exists(returned))
        .select_related("council", "framework__council")
        .defer("source", "policy")
        .order_by("-pk")
    )
    return [one for one in found if panel_rule(one) is not None]


def chair_ids(rule: PanelRule, tree: Line) -> list[int]:
    """The ids of those who may chair a panel, in the framework's order."""
    found = [pk for name in rule.chair for pk, _ in ids_of(name, {}, tree)]
    return list(dict.fromkeys(found))


def member_ids(rule: PanelRule, tree: Line) -> list[int]:
    """The ids of those who hold a post that sits on a panel, in the framework's order."""
    found = [pk for kind in rule.members for pk in tree.holders_of_post(kind)]
    return list(dict.fromkeys(found))


def chairs(version: FrameworkVersion, on: date) -> list[Sitter]:
    """Who may chair a panel of this edition today."""
    rule, tree = panel_rule(version), line(version.council_id, on)
    return sitters(chair_ids(rule, tree) if rule else (), tree)


def members(version: FrameworkVersion, on: date) -> list[Sitter]:
    """Who may sit on a panel of this edition today."""
    rule, tree = panel_rule(version), line(version.council_id, on)
    return sitters(member_ids(rule, tree) if rule else (), tree)


def sitters(ids: Iterable[int], tree: Line) -> list[Sitter]:
    """People with their posts, in this order."""
    ids = list(ids)
    users = User.objects.active().in_bulk(ids)
    return [Sitter(users[pk], posts_in_words(pk, tree)) for pk in ids if pk in users]


def posts_in_words(pk: int, tree: Line) -> str:
    """What posts somebody holds on the day of the line."""
    return ", ".join(dict.fromkeys(seat.title for seat in tree.seats_of(pk)))


def may_sit(pk: int, rule: Rule, tree: Line) -> bool:
    """Whether the posts held on the day of the line let somebody judge for a panel (H-8)."""
    if entitled(pk, rule, tree):
        return True
    panel = rule.panel
    return panel is not None and pk in {*chair_ids(panel, tree), *member_ids(panel, tree)}


def may_judge(user: User, moderation: Moderation, tree: Line | None = None) -> bool:
    """Whether somebody on the panel may give the verdict on one audit before it: in post, and not recused."""
    tree = tree or line(moderation.council_id, clock.today())
    rule = rule_of(moderation.audit)
    barred = bar(user.pk, parties(moderation.audit), tree, rule)
    return user.is_active and not barred and may_sit(user.pk, rule, tree)


def everybody_on(panel: Panel) -> list[User]:
    """The chair, then the members by name; one query unless the members are read already."""
    rest = [one for one in panel.members.all() if one.pk != panel.chair_id]
    return [panel.chair, *sorted(rest, key=lambda one: (one.name, one.pk))]


def recused(audit: Audit, people: Iterable[User], tree: Line) -> list[User]:
    """Those of these people who take no part in the verdict on an audit (H-9, H-10)."""
    rule, parts = rule_of(audit), parties(audit)
    return [one for one in people if bar(one.pk, parts, tree, rule)]


# What there is to look at -------------------------------------------------------------------------


def open_returns(version: FrameworkVersion, from_on: date, to_on: date) -> AuditQuerySet:
    """The returned audits of these days that nobody moderates yet: no standing moderation, or one that waits."""
    standing = Moderation.objects.filter(audit=OuterRef("pk")).standing()
    found: AuditQuerySet = Audit.objects.filter(
        version=version,
        state=AuditState.RETURNED,
        returned_at__date__gte=from_on,
        returned_at__date__lte=to_on,
    )
    waits = standing.filter(state=State.AWAITING, panel=None)
    return found.filter(~Exists(standing) | Exists(waits)).order_by("reference")


def left_to_close(panel: Panel) -> AuditQuerySet:
    """The returned audits of a panel's days that closing it makes final: those with no standing moderation."""
    standing = Moderation.objects.filter(audit=OuterRef("pk")).standing()
    found = open_returns(panel.version, panel.from_on, panel.to_on)
    return found.filter(~Exists(standing))


def usual_days(version: FrameworkVersion, on: date) -> tuple[date, date]:
    """The days that a new panel looks at: from the day after the last panel's to yesterday (B6-7).

    Before the first panel: from the first return that nobody moderates, or else last month.
    """
    yesterday = on - timedelta(days=1)
    last = Panel.objects.filter(version=version).order_by("-to_on").first()
    if last is not None:
        first = last.to_on + timedelta(days=1)
        return first, max(first, yesterday)
    earliest = open_returns(version, date.min, yesterday).order_by("returned_at").first()
    if earliest is None or earliest.returned_at is None:
        return month_before(on)
    return timezone.localdate(earliest.returned_at), yesterday


def waiting_for_verdict(panel: Panel) -> list[str]:
    """The references of the audits before a panel that have no verdict yet."""
    found = panel.moderations.filter(state__in=UNJUDGED)
    return list(found.order_by("audit__reference").values_list("audit__reference", flat=True))


# The page of a panel ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One audit before a panel, as one person sees it. `blind`: its grade is kept from them."""

    moderation: Moderation
    verdict: str
    recused: tuple[User, ...]
    may_judge: bool
    blind: bool


def moderations_of(panel: Panel) -> ModerationQuerySet:
    """The moderations before a panel with all that was said in them, by the audits' references."""
    found: ModerationQuerySet = Moderation.objects.filter(panel=panel).with_audit()
    items = Prefetch("items", ModerationItem.objects.order_by("pk"))
    return found.prefetch_related(items).order_by("audit__reference", "pk")


def items_of(panel: Panel, user: User, on: date) -> tuple[list[Item], int]:
    """The audits before a panel that this person may open, and how many others there are.

    Somebody whose own work is audited does not see it here before it is finished.
    """
    people, tree = everybody_on(panel), line(panel.council_id, on)
    sits = user.pk in {one.pk for one in people}
    total = panel.moderations.count()
    found = rows(list(moderations_of(panel).visible_to(user, on)), user)
    made = [
        Item(
            one.moderation,
            verdict_of(one.moderation),
            tuple(recused(one.moderation.audit, people, tree)),
            sits
            and one.moderation.state == State.IN_MODERATION
            and may_judge(user, one.moderation, tree),
            one.blind,
        )
        for one in found
    ]
    return made, total - len(made)


def verdict_of(moderation: Moderation) -> str:
    """The panel's verdict in words; empty while there is none, even if one is being written."""
    if moderation.view_at is None or moderation.state in GONE - {State.SENT_BACK}:
        return ""
    rule = rule_of(moderation.audit)
    codes = {one.code for one in rule.contents if one.kind == "verdict"}
    said = (one.code for one in moderation.items.all() if one.content in codes and not one.about)
    return VERDICT_WORDS.get(next(said, ""), "")


def has_verdict(panel: Panel) -> bool:
    """Whether the panel has judged anything yet, so that there is something to minute."""
    return panel.moderations.filter(view_at__isnull=False).exists()


def kept_from(panel: Panel, user: User) -> bool:
    """Whether the minutes would tell this person what they must not know yet.

    That is the verdict on their own work before it is finished, or a grade that they must still give themselves.
    """
    worked = Q(audit__worker=user) | Q(audit__second_worker=user)
    unseen = Q(audit__readers__user=user, audit__readers__blind=True) & ~Q(audit__auditor=user)
    open_own = worked & ~Q(state__in=[State.FINAL, *GONE])
    return panel.moderations.filter(open_own | unseen).exists()

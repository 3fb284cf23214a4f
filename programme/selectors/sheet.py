"""One year's slots and requirements read once: what every table of the board is made from."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from audits.states import AuditState
from core.prepared import COUNCIL, Prepared
from people.models import Post, PostType, User
from programme.models import ProgrammeYear, Slot
from programme.querysets import SlotQuerySet
from programme.requirements import quarter_of
from programme.selectors.year import Rulebook, rulebook
from programme.standing import Standing, excused_by_rule, state_of
from standards.deadlines import months_after

# Slots as `rows_of` reads them.
SlotRows = list[tuple[Any, ...]]
KINDS = Prepared(
    lambda: Post.objects.filter(council=COUNCIL).order_by().values_list("pk", "type__code")
)
QUARTERS = (1, 2, 3, 4)
LEFT_OUT = "The audit was left out."


class Sheet:
    """One year's slots and requirements, read once; every table of the board is made from it."""

    def __init__(self, year: ProgrammeYear, slots: SlotQuerySet | SlotRows, on: date) -> None:
        self.year, self.on = year, on
        self.book: Rulebook = rulebook(year.council_id, year.first_on)
        self.rules = self.book.of(year.first_on, min(on, months_after(year.first_on, 11)))
        self.required: Counter[tuple[str, str, int]] = Counter()
        for _, _, owed in self.book.owed():
            key = (owed.post, owed.activity, quarter_of(owed.first_on, year.first_on))
            self.required[key] += owed.number
        self.type_of: dict[int, str] = dict(KINDS.rows({COUNCIL: year.council_id}))
        self.posts = Counter(self.type_of.values())
        titles = {code: one.title for code, one in self.rules.activities.items()}
        rows = slots if isinstance(slots, list) else rows_of(slots.filter(year=year))
        self.slots = excused_by_rule(standings(rows, on), self.rules.excuses, titles, year.first_on)

    def quarter(self, number: int) -> list[Standing]:
        """The slots whose period begins in a quarter."""
        return [one for one in self.slots if quarter_of(one.first_on, self.year.first_on) == number]

    def owed_by(self, kind: str, quarter: int, activity: str = "") -> int:
        """What one post of a kind owes in a quarter, of one activity or of all."""
        return sum(
            n
            for (post, code, number), n in self.required.items()
            if post == kind and number == quarter and activity in {"", code}
        )

    def kinds(self) -> list[PostType]:
        """The kinds of post that have a part in the programme, the widest duty first."""
        owing = {post for post, _, _ in self.required} | {
            self.type_of[one.post_id] for one in self.slots
        }
        auditing = {
            kind
            for one in self.rules.activities.values()
            if one.tool and not one.countable
            for kind in (one.who or self.posts)
        }
        allowed = self.book.auditors(self.on)
        found = [
            kind
            for kind in PostType.objects.filter(council=self.year.council_id)
            if self.posts[kind.code]
            and (kind.code in owing or (kind.code in auditing and allowed & set(kind.roles)))
        ]
        return sorted(found, key=lambda kind: (-self.posts[kind.code], kind.title))

    def title(self, activity: str) -> str:
        """What an activity is called."""
        found = self.rules.activities.get(activity)
        return found.title if found else activity.replace("_", " ").capitalize()


def rows_of(slots: SlotQuerySet) -> "QuerySet[Slot, Any]":
    """What `standings` needs of some slots."""
    return slots.order_by("first_on", "number", "pk").values_list(
        "pk",
        "post_id",
        "activity",
        "first_on",
        "number",
        "last_on",
        "done_on",
        "excused_why",
        "audit__state",
        "audit__deadline_on",
    )


def standings(rows: Iterable[tuple[Any, ...]], on: date) -> list[Standing]:
    """How each slot stands on a day, before what excuses from what."""
    return [
        Standing(
            slot_id=pk,
            post_id=post_id,
            activity=activity,
            first_on=first_on,
            number=number,
            state=state_of(
                on=on,
                last_on=last_on,
                done_on=done_on,
                excused_why=why,
                audit_state=state or "",
                deadline_on=deadline_on,
            ),
            why=why or (LEFT_OUT if state == AuditState.EXCLUDED else ""),
        )
        for pk, post_id, activity, first_on, number, last_on, done_on, why, state, deadline_on in rows
    ]


def sheet(year: ProgrammeYear, user: User, on: date, *, post: Post | None = None) -> Sheet:
    """The year as a person may see it; of one post only where that is enough."""
    slots = Slot.objects.visible_to(user, on)
    return Sheet(year, slots.filter(post=post) if post else slots, on)

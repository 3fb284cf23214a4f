"""The chaser: takes every step whose moment has come about what is due soon or late (B7-1, B7-2, C4).

Each step is a row that can exist once, written together with its messages, so that a run that was cut off, came
late or came twice tells nobody twice (T-8).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import cached_property, partial
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.jobs import Step
from core.notices import Message, tell, tell_all
from escalation.climbing import OVERDUE, REMINDER, RUNG, Coming, steps, told
from escalation.models import Escalation, Overdue
from escalation.points import CHASED, HOURS, Chased, Provider
from escalation.recipients import Finder, Found
from escalation.selectors.late import (
    Known,
    council_ids,
    key_for,
    known_of,
    recipient_words,
    unfound_between,
    unit_names,
)
from escalation.services.saying import Saying
from escalation.services.tally import Tally
from people.models import Council, User
from people.selectors import line
from standards.deadlines import LONDON
from standards.models import FrameworkVersion
from standards.policy import Duration
from standards.selectors import calendar_of, edition
from standards.workdays import Calendar

BATCH = 500
QA_LEAD, OWNER = "council.qa_head", "owner"
# Everything of one kind that may be due or late, or with ids those of these things that still are.
Reading = Callable[..., Iterator[Chased]]
TITLES = {REMINDER: "Reminder", OVERDUE: "Told that it is overdue"}


def chase(at: datetime, step: Step) -> int:
    """The daily run over every council and every kind of thing; returns how many steps were taken.

    What fails in one council or kind stops no other. The first fault is raised at the end, so that the run is
    tried again; until then the list of a council with a fault stays as it was.
    """
    tally = Tally(step)
    for council_id in council_ids():
        chaser, faults = Chaser(council_id, at), len(tally.faults)
        for kind, provider in CHASED.items():
            with tally.apart(f"{kind} of council {council_id}"):
                chaser.over(kind, partial(provider, council_id, at), tally)
        if len(tally.faults) == faults:
            with tally.apart(f"the end of council {council_id}"):
                chaser.finish()
    return tally.end()


def chase_hours(at: datetime, step: Step) -> int:
    """The same for what is due at a moment of a day; run every few minutes (B7-1)."""
    tally = Tally(step)
    for council_id in council_ids():
        chaser = Chaser(council_id, at)
        for kind, provider in CHASED.items():
            with tally.apart(f"{kind} in hours of council {council_id}"):
                chaser.over(kind, by_the_hour(kind, provider, council_id, at), tally)
        with tally.apart(f"the end of the hours of council {council_id}"):
            chaser.tell_lead(since=at)
    return tally.end()


def by_the_hour(kind: str, provider: Provider, council_id: int, at: datetime) -> Reading:
    """What is due at a moment; from the kind's own quick provider where it has one."""
    quick = HOURS.get(kind, provider)

    def read(*pks: list[int]) -> Iterator[Chased]:
        return (thing for thing in quick(council_id, at, *pks) if thing.due.at is not None)

    return read


def batches(things: Iterator[Chased]) -> Iterator[list[Chased]]:
    """The things in lots, so that memory stays flat however many there are."""
    while batch := list(islice(things, BATCH)):
        yield batch


class Chaser:
    """One run over one council: who is who on the day, and the words of each edition."""

    def __init__(self, council_id: int, at: datetime) -> None:
        self.council_id = council_id
        self.at = at
        self.on = timezone.localdate(at)
        self.sayings: dict[int, Saying] = {}
        self.people: dict[int, User] = {}

    @cached_property
    def calendar(self) -> Calendar:
        """The council's working days."""
        return calendar_of(self.council_id)

    @cached_property
    def finder(self) -> Finder:
        """Who holds which post today."""
        return Finder(line(self.council_id, self.on), unit_names(self.council_id))

    def saying(self, version_id: int) -> Saying:
        """The words and rules of an edition."""
        if version_id not in self.sayings:
            versions = FrameworkVersion.objects.select_related("framework__council")
            self.sayings[version_id] = Saying(edition(versions.get(pk=version_id)))
        return self.sayings[version_id]

    def over(self, kind: str, read: Reading, tally: Tally) -> None:
        """Take the steps about everything of one kind, lot by lot."""
        for batch in batches(read()):
            tally.add(self.take(kind, [thing.pk for thing in batch], read))

    @transaction.atomic
    def take(self, kind: str, pks: list[int], read: Reading) -> int:
        """Take the steps about one lot. The council is locked, so that two runs never work the same lot at once.

        The lot is read again behind the lock: what was finished since the run began climbs no more (C4-c).
        """
        Council.objects.select_for_update(no_key=True).get(pk=self.council_id)
        batch = list(read(pks))
        known = known_of(kind, batch)
        made: list[Escalation] = []
        said: list[tuple[Iterable[tuple[User, str]], Message, str]] = []
        for thing in batch:
            for coming in self.coming(thing):
                row = self.step_of(thing, coming, known)
                if row is not None:
                    made.append(row)
                    said += self.messages(thing, row)
        self.write(made)
        tell_all(said, at=self.at)
        self.keep_overdue(kind, batch, known)
        return sum(row.fired_at is not None for row in made)

    def coming(self, thing: Chased) -> Iterator[Coming]:
        """Every step about a thing whose moment has come."""
        return steps(
            thing.ladder,
            self.reminders(thing),
            due=thing.due,
            anchor_on=thing.anchor_on,
            at=self.at,
            calendar=self.calendar,
        )

    def reminders(self, thing: Chased) -> tuple[Duration, ...]:
        """How long before it is due its owner is reminded: the ladder's own lengths, or the edition's."""
        own = thing.ladder.reminders if thing.ladder else None
        return self.saying(thing.version_id).policy.reminders if own is None else own

    def step_of(self, thing: Chased, coming: Coming, known: Known) -> Escalation | None:
        """The row of a step to be taken or held back; None where that has been done."""
        old = known.steps.get(key_for(thing, coming))
        if old is not None and old.fired_at is not None:
            return None
        holds = known.holds.get((thing.pk, thing.due.on), []) if coming.step == RUNG else []
        hold = next((one for one in holds if one.covers(coming.index)), None)
        if hold is not None and old is not None:
            return None
        row = old or self.new_row(thing, coming)
        row.due_on = thing.due.on
        if hold is not None:
            row.hold = hold
        elif coming.step == RUNG:
            self.fire_rung(thing, row, known)
        else:
            row.fired_at = self.at
            there = thing.late_id in known.active
            # Of the work of somebody who has left the QA lead hears, as of a vacant post (C4-e).
            row.told, row.unfound = ([[thing.late_id, OWNER]], []) if there else ([], [OWNER])
        known.add(row)
        return row

    def new_row(self, thing: Chased, coming: Coming) -> Escalation:
        """A step's row as it is planned."""
        ladder = thing.ladder if coming.step == RUNG else None
        return Escalation(
            council_id=self.council_id,
            version_id=thing.version_id,
            kind=thing.kind,
            subject_id=thing.pk,
            item=thing.item,
            case_number=thing.case,
            late_id=thing.late_id,
            step=coming.step,
            ladder=ladder.code if ladder else "",
            rung=coming.index,
            title=ladder.rungs[coming.index].title if ladder else TITLES[coming.step],
            anchor_on=thing.anchor_on,
            due_on=thing.due.on,
            planned_at=coming.planned_at,
        )

    def fire_rung(self, thing: Chased, row: Escalation, known: Known) -> None:
        """Find who is told on a rung (C4-a): a stand-in is mailed once for a thing, later only logged."""
        rungs = thing.ladder.rungs if thing.ladder else ()
        rung = rungs[row.rung]
        named = [self.finder.everybody(one.to, thing.people) for one in rungs]
        juniors = self.finder.juniors(thing.late_id, [pk for found in named for pk, _ in found])
        who = told([[pk for pk, _ in found] for found in named], row.rung, thing.late_id, juniors)
        before = known.stood_in.get((thing.pk, (row.ladder, row.anchor_on)), set())
        mailed = [pk for pk in who.people if not (who.fallback and pk in before)]
        words = words_of(one for found in named[row.rung :] for one in found)
        row.fired_at, row.fallback = self.at, who.fallback
        row.told = [[pk, words[pk]] for pk in mailed]
        row.logged = [pk for pk in who.people if pk not in mailed]
        row.unfound = self.finder.unfound((*rung.to, *rung.copy), thing.people)
        if not who.people:
            row.unfound = list(dict.fromkeys((*row.unfound, *rung.to)))
        self.add_copies(thing, row, self.finder.everybody(rung.copy, thing.people), juniors)

    def add_copies(
        self, thing: Chased, row: Escalation, found: Found, juniors: frozenset[int]
    ) -> None:
        """Those who get a copy, but not the person who is late nor anybody junior to them."""
        below = juniors | self.finder.juniors(thing.late_id, [pk for pk, _ in found])
        without = {thing.late_id, *below, *(pk for pk, _ in row.told)}
        for pk, words in words_of(found).items():
            if pk not in without:
                row.told.append([pk, f"copy: {words}"])

    def person(self, pk: int) -> User:
        """A person of whom only the id is needed."""
        if pk not in self.people:
            self.people[pk] = User(pk=pk)
        return self.people[pk]

    def messages(
        self, thing: Chased, row: Escalation
    ) -> Iterator[tuple[Iterable[tuple[User, str]], Message, str]]:
        """The messages of a step, each with its people and a key that is the same whenever it is taken."""
        if row.fired_at is None:
            return
        key = ":".join(map(str, ("late", row.kind, *flat(row))))
        saying = self.saying(thing.version_id)
        days = (self.on - row.due_on).days
        owner = self.finder.post_words(thing.late_id)
        people = [(self.person(pk), words) for pk, words in row.told]
        to = [one for one in people if not one[1].startswith("copy: ")]
        copies = [one for one in people if one[1].startswith("copy: ")]
        if to:
            yield to, saying.of_step(thing, row, days=days, owner=owner), key
        if copies:
            message = saying.of_step(thing, row, days=days, owner=owner, copy=True)
            yield copies, message, f"{key}:copy"

    def write(self, rows: list[Escalation]) -> None:
        """Write new rows, and what became of those that were held back before."""
        new = [row for row in rows if row.pk is None]
        for row in rows:
            if row.pk is not None:
                row.save()
        Escalation.objects.bulk_create(new, ignore_conflicts=True)

    def keep_overdue(self, kind: str, batch: list[Chased], known: Known) -> None:
        """Keep the list of what is late as this run found it."""
        late = [self.overdue_row(thing, known) for thing in batch if thing.due.late(self.at)]
        Overdue.objects.bulk_create(
            late,
            update_conflicts=True,
            unique_fields=["kind", "subject_id"],
            update_fields=UPDATED,
        )

    def overdue_row(self, thing: Chased, known: Known) -> Overdue:
        """A late thing with the highest rung that it has reached."""
        rungs = thing.ladder.rungs if thing.ladder else ()
        code = thing.ladder.code if thing.ladder else ""
        up = [
            index
            for index in range(len(rungs))
            if (thing.pk, (code, thing.anchor_on, index)) in known.steps
        ]
        return Overdue(
            council_id=self.council_id,
            version_id=thing.version_id,
            kind=thing.kind,
            subject_id=thing.pk,
            item=thing.item,
            case_number=thing.case,
            path=thing.path,
            late_id=thing.late_id,
            due_on=thing.due.on,
            due_at=thing.due.at,
            ladder=code,
            paused_by=list(thing.ladder.paused_by) if thing.ladder else [],
            rung=up[-1] if up else -1,
            rung_title=rungs[up[-1]].title if up else "",
            seen_at=self.at,
        )

    def finish(self) -> None:
        """Take what is no longer late off the list, and tell the QA lead of posts that nobody holds (C4-e)."""
        # What a run of the hours saw meanwhile stays; what a clock set back left in the future does not.
        unseen = Q(seen_at__lt=self.at) | Q(seen_at__gt=self.at + timedelta(hours=1))
        Overdue.objects.filter(unseen, council=self.council_id).delete()
        # Also what a run that was cut off left unsaid yesterday.
        self.tell_lead(datetime.combine(self.on - timedelta(days=1), time(), LONDON))

    def tell_lead(self, since: datetime) -> None:
        """Tell the QA lead whom nobody stood for on the steps taken since a moment: once a run for each recipient."""
        nobody = unfound_between(self.council_id, since, self.at)
        versions = FrameworkVersion.objects.filter(council=self.council_id).in_force(self.on)
        version = versions.first() if nobody else None
        if version is None:
            return
        lead = [(self.person(pk), words) for pk, words in self.finder.found(QA_LEAD, {})]
        for (at, name), items in nobody.items():
            message = self.saying(version.pk).of_nobody(items, recipient_words(name))
            key = f"nobody:{self.council_id}:{name}:{at.isoformat()}:{len(items)}"
            tell(lead, message, key=key, at=self.at)


UPDATED = [
    "version_id",
    "item",
    "case_number",
    "path",
    "late_id",
    "due_on",
    "due_at",
    "ladder",
    "paused_by",
    "rung",
    "rung_title",
    "seen_at",
]


def flat(row: Escalation) -> tuple[object, ...]:
    """What makes a step the same one, in a line."""
    if row.step == RUNG:
        return (row.subject_id, row.ladder, row.anchor_on.isoformat(), row.rung)
    return (row.subject_id, row.step, row.due_on.isoformat(), row.rung)


def words_of(found: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Each person once, with every role that reached them (C6-4)."""
    words: dict[int, list[str]] = {}
    for pk, role in found:
        words.setdefault(pk, []).append(role)
    return {pk: ", ".join(dict.fromkeys(roles))[:200] for pk, roles in words.items()}

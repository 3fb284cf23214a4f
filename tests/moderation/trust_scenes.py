"""Months of returned and moderated audits, written as rows: the services would take minutes for so many."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from django.utils import timezone

from audits.models import Audit
from cases.models import CaseFile
from moderation.models import Moderation, Selection
from moderation.states import ModerationState
from people.models import OrgUnit, User
from standards.models import FrameworkVersion
from tests.programme.scenes import moment

CODES = ("inadequate", "requires_improvement", "good", "outstanding")
_numbers = count(1)


@dataclass(frozen=True)
class Scene:
    """Where the audits are: whose edition, which unit, which worker, and the auditors in turn."""

    version: FrameworkVersion
    unit: OrgUnit
    worker: User
    officer: User
    auditors: tuple[User, ...]
    plans: tuple[str, ...] = ("CIN",)
    turn: "count[int]" = field(default_factory=count)

    def audits(self, month: date, ranks: list[int]) -> list[Audit]:
        """Returned audits with these grades, a day apart."""
        council = self.version.council_id
        numbers = [next(_numbers) for _ in ranks]
        places = [next(self.turn) for _ in ranks]
        cases = CaseFile.objects.bulk_create(
            CaseFile(
                council_id=council,
                number=f"T{number:07}",
                unit=self.unit,
                plan_type=self.plans[place % len(self.plans)],
                opened_on=date(2025, 1, 6),
            )
            for number, place in zip(numbers, places, strict=True)
        )
        tool = self.version.tools.order_by("pk")[0]
        return Audit.objects.bulk_create(
            Audit(
                council_id=council,
                reference=f"T-{number:07}",
                case=case,
                version=self.version,
                tool=tool,
                unit=self.unit,
                auditor=self.auditors[place % len(self.auditors)],
                worker=self.worker,
                state="returned",
                month=month,
                deadline_on=month + timedelta(days=27),
                allocated_by=self.officer,
                allocated_at=moment(month.year, month.month, 1),
                returned_at=moment(month.year, month.month, 1 + k % 27),
                grade=CODES[rank - 1],
            )
            for k, (number, place, case, rank) in enumerate(
                zip(numbers, places, cases, ranks, strict=True)
            )
        )

    def certain(self, month: date, *seen: tuple, how: str = "grade") -> list[Moderation]:
        """Audits that are chosen for certain, each (before,), (before, moderated) or (before, moderated, final)."""
        audits = self.audits(month, [one[0] for one in seen])
        return self.keep(
            moderation(audit, one, how, 1.0) for audit, one in zip(audits, seen, strict=True)
        )

    def by_hand(self, month: date, *seen: tuple) -> list[Moderation]:
        """Audits that somebody chose."""
        audits = self.audits(month, [one[0] for one in seen])
        return self.keep(
            moderation(audit, one, "hand", None) for audit, one in zip(audits, seen, strict=True)
        )

    def draw(self, month: date, seen: list[tuple], passed: list[int]) -> Selection:
        """A month's draw: those drawn, as in `certain`, and the grades of those that were not."""
        audits = self.audits(month, [one[0] for one in seen] + passed)
        drawn = audits[: len(seen)]
        number = next(_numbers)
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        selection = Selection.objects.create(
            council_id=self.version.council_id,
            version=self.version,
            number=number,
            rule="percentage",
            from_on=month,
            to_on=last,
            returned=len(audits),
            pool={"files": [{"audit": one.reference, "id": one.pk} for one in audits]},
            terms={"number": len(drawn)},
            seed="seed",
            result=[
                {"order": place, "audit": one.reference, "id": one.pk}
                for place, one in enumerate(drawn, 1)
            ],
            made_at=moment(last.year, last.month, last.day),
        )
        chance = len(drawn) / len(audits)
        made = [
            moderation(audit, one, "chance", chance) for audit, one in zip(drawn, seen, strict=True)
        ]
        made += [moderation(audit, None, "chance", chance) for audit in audits[len(seen) :]]
        for one in made:
            one.selection = selection
        self.keep(made)
        return selection

    def keep(self, made) -> list[Moderation]:
        return Moderation.objects.bulk_create(list(made))


def moderation(audit: Audit, seen: tuple | None, how: str, chance: float | None) -> Moderation:
    """Not chosen (None), or as far as its grades go: waiting, disagreed about, or final."""
    grades = [CODES[rank - 1] if rank else "" for rank in seen or ()]
    viewed, final = len(grades) > 1, len(grades) > 2
    S = ModerationState
    state = (
        S.NOT_SAMPLED
        if seen is None
        else S.FINAL
        if final
        else S.DISAGREED
        if viewed
        else S.AWAITING
    )
    chosen_at: datetime = audit.returned_at
    agrees = viewed and grades[1] == grades[0]
    return Moderation(
        council_id=audit.council_id,
        audit=audit,
        state=state,
        how=how,
        chance=chance,
        chosen_at=chosen_at,
        before=audit.grade,
        agrees=agrees if viewed else None,
        proposed="" if not viewed or agrees else grades[1],
        view_at=chosen_at + timedelta(days=4) if viewed else None,
        after=grades[2] if final else "",
        finished_at=chosen_at + timedelta(days=10) if final else None,
    )


def on(place) -> Scene:
    """The scene of a council's cast: Team 2's children, Team 1's manager as the auditor."""
    people = place.people
    return Scene(place.version, people.team2, people.worker, people.officer, (people.auditor,))


def today(settings, year: int, month: int, day: int) -> date:
    """Set the clock."""
    settings.TEST_CLOCK = moment(year, month, day, 12)
    return timezone.localdate(settings.TEST_CLOCK)

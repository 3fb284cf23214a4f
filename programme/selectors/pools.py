"""The pool of a draw: which open cases it holds on a day, which it leaves out and why."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from audits.models import Audit
from audits.states import WORKING
from cases.models import CaseFile, Involvement
from core.sampling import File, Pool
from people.models import OrgUnit, User
from people.organisation import service_of
from people.querysets import on_day
from programme.models import Draw
from programme.states import DrawState
from standards.deadlines import months_after

NOT_KNOWN = "Not known"
NO_WORKER = "No worker recorded"
NO_SERVICE = "No service"
# What a pool can be divided by: the code in the pool's file, and its words.
STRATA = {
    "service": "Service",
    "plan_type": "Plan type",
    "age": "Age band",
    "gender": "Gender",
    "ethnicity": "Ethnicity",
    "disability": "Disability",
    "worker": "Worker (by staff number)",
}
BANDS = ((5, "0–4"), (10, "5–9"), (16, "10–15"))


@dataclass(frozen=True)
class Filters:
    """Which open cases are drawn from; nothing chosen means all. `months`: not audited for so many months."""

    services: tuple[int, ...] = ()
    plan_types: tuple[str, ...] = ()
    workers: tuple[int, ...] = ()
    open_since: date | None = None
    months: int | None = None

    @property
    def stored(self) -> dict[str, Any]:
        """The filters as they are kept with the draw."""
        return {
            "services": list(self.services),
            "plan_types": list(self.plan_types),
            "workers": list(self.workers),
            "open_since": self.open_since.isoformat() if self.open_since else "",
            "months": self.months,
        }

    @classmethod
    def read(cls, about: Mapping[str, Any]) -> "Filters":
        """The filters of a draw."""
        since = about.get("open_since")
        return cls(
            tuple(about.get("services", ())),
            tuple(about.get("plan_types", ())),
            tuple(about.get("workers", ())),
            date.fromisoformat(since) if since else None,
            about.get("months"),
        )


@dataclass(frozen=True)
class Found:
    """One open case with what the pool may be divided by."""

    id: int
    number: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class OpenCases:
    """The open cases of a day: those in the pool, and how many are left out for each reason."""

    files: tuple[Found, ...]
    left_out: tuple[tuple[str, int], ...]

    @property
    def open(self) -> int:
        """How many cases are open in all."""
        return len(self.files) + sum(count for _, count in self.left_out)

    @property
    def without_worker(self) -> int:
        """How many files of the pool have no worker, so that their audit could not be allocated."""
        return sum(file.values["worker"] == NO_WORKER for file in self.files)

    def pool(self, by: Collection[str]) -> Pool:
        """The pool as it is drawn from, divided by some of the values; it holds no others."""
        return Pool(
            tuple(File(one.number, tuple(one.values[name] for name in by)) for one in self.files),
            tuple(by),
        )


@dataclass(frozen=True)
class Known:
    """What is known about the open cases on a day besides their own columns."""

    on: date
    services: Mapping[int, str]
    workers: Mapping[int, list[tuple[int, str]]]
    under_way: Collection[int]
    drawn: Collection[int]
    audited: Mapping[int, date]
    cool_off: int | None


def age_band(born_on: date | None, on: date) -> str:
    """The age band of a child on a day; a child not yet born is in the lowest."""
    if born_on is None:
        return NOT_KNOWN
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return next((band for limit, band in BANDS if years < limit), "16 and over")


def open_cases(
    user: User, filters: Filters, on: date, *, cool_off: int | None, but: Draw | None = None
) -> OpenCases:
    """The pool that these filters give on a day. Seven queries, however many cases there are.

    `cool_off`: the framework's months in which a file is not audited again; `but` is the draw that
    is drawn again, whose files are free.
    """
    known = known_on(user, on, cool_off=cool_off, but=but)
    cases = CaseFile.objects.visible_to(user, on).open_on(on).select_related("unit")
    files, left_out = [], Counter[str]()
    for case in cases.order_by("number"):
        service = service_of_case(case, known)
        if reason := next(reasons(case, service[0], filters, known), ""):
            left_out[reason] += 1
        else:
            files.append(Found(case.pk, case.number, values_of(case, service[1], known)))
    return OpenCases(tuple(files), tuple(left_out.most_common()))


def known_on(user: User, on: date, *, cool_off: int | None, but: Draw | None) -> Known:
    """What a pool needs to know, in one query each."""
    council = user.council_id
    services = OrgUnit.objects.filter(council=council, kind=OrgUnit.Kind.SERVICE)
    working = defaultdict(list)
    rows = Involvement.objects.filter(
        on_day(on), case__council=council, user__is_active=True
    ).order_by("kind", "-from_on", "pk")
    for case, worker, number in rows.values_list("case_id", "user_id", "user__staff_number"):
        working[case].append((worker, number or f"Person {worker}"))
    audits = Audit.objects.filter(council=council)
    under_way = audits.filter(state__in=WORKING).values_list("case_id", flat=True)
    last = audits.exclude(returned_at=None).values_list("case_id").annotate(Max("returned_at"))
    return Known(
        on=on,
        services=dict(services.values_list("pk", "name")),
        workers=working,
        under_way=frozenset(under_way.order_by()),
        drawn=frozenset(drawn_already(council, on, but)),
        audited={case: timezone.localdate(at) for case, at in last.order_by()},
        cool_off=cool_off,
    )


def drawn_already(council_id: int | None, on: date, but: Draw | None) -> Iterator[int]:
    """The files of draws of this month or later that are not allocated yet."""
    draws = Draw.objects.filter(
        council=council_id, state=DrawState.DRAWN, month__gte=on.replace(day=1)
    )
    if but is not None:
        draws = draws.exclude(pk=but.pk)
    out = set(draws.values_list("replacements__out_case", "replacements__in_case"))
    gone = {one for one, _ in out}
    drawn = {one["id"] for result in draws.values_list("result", flat=True) for one in result}
    yield from (drawn | {one for _, one in out if one}) - gone


def service_of_case(case: CaseFile, known: Known) -> tuple[int, str]:
    """The service a case is in, by its id and its name."""
    pk = service_of(case.unit.path, known.services)
    return pk, known.services.get(pk, NO_SERVICE)


def reasons(case: CaseFile, service: int, filters: Filters, known: Known) -> Iterator[str]:
    """Why a case is not in the pool, the first reason first; nothing when it is in."""
    if filters.services and service not in filters.services:
        yield "It belongs to another service"
    if filters.plan_types and case.plan_type not in filters.plan_types:
        yield "It has another plan type"
    workers = {pk for pk, _ in known.workers.get(case.pk, ())}
    if filters.workers and workers.isdisjoint(filters.workers):
        yield "Another worker works it"
    if filters.open_since and case.opened_on > filters.open_since:
        yield f"It was opened after {filters.open_since:%-d %B %Y}"
    if case.pk in known.under_way:
        yield "It is being audited now"
    if case.pk in known.drawn:
        yield "It is drawn already and waits to be allocated"
    last_on = known.audited.get(case.pk)
    for months, whose in ((known.cool_off, "the framework’s rule"), (filters.months, "as chosen")):
        if last_on and months and known.on < months_after(last_on, months):
            yield f"It was audited within the last {months} month{'s' if months > 1 else ''} ({whose})"


def values_of(case: CaseFile, service: str, known: Known) -> dict[str, str]:
    """What a pool may be divided by, for one case."""
    workers = known.workers.get(case.pk, ())
    return {
        "service": service,
        "plan_type": case.plan_type or NOT_KNOWN,
        "age": age_band(case.date_of_birth, known.on),
        "gender": case.gender or NOT_KNOWN,
        "ethnicity": case.ethnicity or NOT_KNOWN,
        "disability": case.disability or NOT_KNOWN,
        "worker": workers[0][1] if workers else NO_WORKER,
    }


# What the page offers -----------------------------------------------------------------------------


def services_of(user: User) -> list[tuple[int, str]]:
    """The council's services."""
    found = OrgUnit.objects.visible_to(user).filter(kind=OrgUnit.Kind.SERVICE)
    return list(found.order_by("name").values_list("pk", "name"))


def plan_types_of(user: User, on: date) -> list[str]:
    """The plan types of open cases."""
    cases = CaseFile.objects.visible_to(user, on).open_on(on).exclude(plan_type="")
    return list(cases.order_by("plan_type").values_list("plan_type", flat=True).distinct())


def workers_of(user: User, on: date) -> list[tuple[int, str]]:
    """The people who work open cases now."""
    now = Q(involvements__in=Involvement.objects.filter(on_day(on)))
    people = User.objects.visible_to(user).active().filter(now)
    return list(people.order_by("name", "pk").values_list("pk", "name").distinct())


def words(left_out: Iterable[Iterable[Any]]) -> list[dict[str, Any]]:
    """What is left out as the draw keeps it."""
    return [{"reason": reason, "count": count} for reason, count in left_out]

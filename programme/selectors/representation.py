"""The files audited in a programme year beside the open caseload, by each characteristic (I-19)."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from django.db.models import F, Q

from audits.models import Audit
from audits.states import WORKING, AuditState
from cases.models import CaseFile, Involvement
from people.models import OrgUnit, User
from people.organisation import service_of
from people.roles import QA_TEAM
from people.selectors import holds
from programme.models import ProgrammeYear
from programme.representation import Comparison, compare, ordered
from programme.selectors.pools import BANDS, NO_SERVICE, NO_WORKER, NOT_KNOWN, age_band
from standards.deadlines import months_after

# What is compared: the heading, and the name of the group that stands last.
CHARACTERISTICS = {
    "service": ("Service", NO_SERVICE),
    "plan_type": ("Plan type", NOT_KNOWN),
    "age": ("Age", NOT_KNOWN),
    "gender": ("Gender", NOT_KNOWN),
    "ethnicity": ("Ethnicity", NOT_KNOWN),
    "disability": ("Disability", NOT_KNOWN),
    "worker": ("Worker", NO_WORKER),
}
AGES = (*(band for _, band in BANDS), "16 and over")


@dataclass(frozen=True)
class OpenFile:
    """A file that was open in the year, with what it is grouped by."""

    unit_path: str
    born_on: date | None
    plan_type: str
    gender: str
    ethnicity: str
    disability: str


@dataclass(frozen=True)
class Audited:
    """The last audit of a file that counts for the year: its month, and the unit and worker at that time."""

    month: date
    unit_path: str
    worker_id: int


@dataclass(frozen=True)
class Representation:
    """What the page and its file show. `outside`: audited files that were not open in these days."""

    first_on: date
    last_on: date
    files: int
    audited: int
    outside: int
    tables: Mapping[str, Comparison]

    @property
    def coverage(self) -> float | None:
        """Files audited at least once out of those open at any time; none where none was open."""
        return self.audited / self.files if self.files else None


def representation(
    user: User, year: ProgrammeYear, on: date, *, allocated: bool = False, named: bool = False
) -> Representation:
    """The audited files of a year beside those open at any time from its first day to `on`, as a person may see them.

    Five queries, however many files there are. `allocated`: audits under way count too, for the QA
    team, who alone see them all. `named`: workers by name, for the QA team too; else by number, most
    files first.
    """
    team = holds(user, *QA_TEAM, on=on)
    first_on = year.first_on
    last_on = max(first_on, min(on, months_after(first_on, 12) - timedelta(days=1)))
    files = open_files(user, first_on, last_on, on)
    audits = last_audits(user, first_on, on, under_way=allocated and team)
    audited = {pk: one for pk, one in audits.items() if pk in files}
    groups = grouped(user, files, audited, (first_on, last_on))
    workers = groups.pop("worker")
    tables = {name: table(name, values, audited) for name, values in groups.items()}
    tables["worker"] = by_worker(user, workers, audited, named=named and team)
    return Representation(
        first_on, last_on, len(files), len(audited), len(audits) - len(audited), tables
    )


def open_files(user: User, first_on: date, last_on: date, on: date) -> dict[int, OpenFile]:
    """The files that were open on any of these days; a file is not open on the day it closes."""
    closes_later = Q(closed_on__gt=first_on) & Q(closed_on__gt=F("opened_on"))
    rows = (
        CaseFile.objects.visible_to(user, on)
        .filter(Q(closed_on=None) | closes_later, opened_on__lte=last_on)
        .order_by("pk")
        .values_list(
            "pk",
            "unit__path",
            "date_of_birth",
            "plan_type",
            "gender",
            "ethnicity",
            "disability",
        )
    )
    return {pk: OpenFile(*values) for pk, *values in rows}


def last_audits(
    user: User, first_on: date, on: date, *, under_way: bool = False
) -> dict[int, Audited]:
    """The last audit of each file that counts for the year; flash audits, which are not drawn, do not (E-30)."""
    states = {AuditState.RETURNED} | (WORKING if under_way else set())
    rows = (
        Audit.objects.visible_to(user, on)
        .filter(
            month__gte=first_on,
            month__lt=months_after(first_on, 12),
            state__in=states,
            flash_source="",
        )
        .order_by("month", "pk")
        .values_list("case_id", "month", "unit__path", "worker_id")
    )
    return {case: Audited(*values) for case, *values in rows}


def grouped(
    user: User,
    files: Mapping[int, OpenFile],
    audited: Mapping[int, Audited],
    days: tuple[date, date],
) -> dict[str, dict[int, str]]:
    """Each file's one group under each characteristic, so that both columns count it in the same place.

    An audited file stands where it stood when it was audited; another one where it stands on the last
    of these days. The age of a file that is not audited is taken in the middle one of the months of
    audit: otherwise its child would be older than an audited one merely because the year goes on.
    """
    services = dict(
        OrgUnit.objects.visible_to(user).filter(kind=OrgUnit.Kind.SERVICE).values_list("pk", "name")
    )
    workers = last_workers(user, *days)
    months = [one.month for one in audited.values()]
    age_on = median_low(months) if months else days[1]
    found: dict[str, dict[int, str]] = {name: {} for name in CHARACTERISTICS}
    for pk, file in files.items():
        audit = audited.get(pk)
        path = audit.unit_path if audit else file.unit_path
        worker = audit.worker_id if audit else workers.get(pk)
        found["service"][pk] = services.get(service_of(path, services), NO_SERVICE)
        found["age"][pk] = age_band(file.born_on, audit.month if audit else age_on)
        found["worker"][pk] = str(worker or "")
        for name in ("plan_type", "gender", "ethnicity", "disability"):
            found[name][pk] = getattr(file, name).strip() or NOT_KNOWN
    return found


def last_workers(user: User, first_on: date, last_on: date) -> dict[int, int]:
    """Who works each file on the last day, or worked it last in these days; the allocated worker first."""
    rows = Involvement.objects.filter(
        Q(to_on=None) | Q(to_on__gte=first_on),
        case__council=user.council_id,
        from_on__lte=last_on,
    ).order_by("from_on", "-pk")
    found: dict[int, tuple[date, bool, int]] = {}
    for case, worker, kind, to_on in rows.values_list("case_id", "user_id", "kind", "to_on"):
        rank = min(to_on or last_on, last_on), kind == Involvement.Kind.ALLOCATED
        if case not in found or rank >= found[case][:2]:
            found[case] = (*rank, worker)
    return {case: worker for case, (_, _, worker) in found.items()}


def table(name: str, values: Mapping[int, str], audited: Collection[int]) -> Comparison:
    """One characteristic's comparison, its groups in their own order or by the alphabet."""
    files, done = counts(values, audited)
    names = ordered(files, AGES if name == "age" else (), CHARACTERISTICS[name][1])
    return compare((group, files[group], done[group]) for group in names)


def counts(
    values: Mapping[int, str], audited: Collection[int]
) -> tuple[Counter[str], Counter[str]]:
    """How many files each group has, and how many of these were audited."""
    return Counter(values.values()), Counter(values[pk] for pk in audited)


def by_worker(
    user: User, values: Mapping[int, str], audited: Collection[int], *, named: bool
) -> Comparison:
    """The comparison by worker: people of one name stay apart; without names, a number for each."""
    files, done = counts(values, audited)
    known = [key for key in files if key]
    if named:
        people = User.objects.visible_to(user).filter(pk__in=map(int, known))
        names = {str(pk): name for pk, name in people.values_list("pk", "name")}
        keys = sorted(known, key=lambda key: (names.get(key, ""), int(key)))
    else:
        keys = sorted(known, key=lambda key: (-files[key], -done[key], int(key)))
        names = {key: f"Worker {place}" for place, key in enumerate(keys, 1)}
    rows = [(names.get(key, NOT_KNOWN), files[key], done[key]) for key in keys]
    return compare([*rows, (NO_WORKER, files[""], done[""])])

"""The case file: which children's files are open, where, and who works them. All or nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cases.models import CaseFile, Involvement
from core.sheets import Checked, Column, check_rows
from core.tabular import Row
from core.trail import record
from people.models import Council, OrgUnit, User

COLUMNS = (
    Column(
        "Case number",
        "The child's number in your case system. Never a name.",
        needed=True,
        longest=40,
        example="704211",
    ),
    Column(
        "Team code",
        "The team that holds the file, as in the staff file.",
        needed=True,
        longest=40,
        example="FS2",
    ),
    Column("Worker", "Staff number of the allocated worker.", longest=40, example="10677"),
    Column(
        "Worker from",
        "First day the worker held the file. Needed with a worker.",
        "date",
        example="2026-03-02",
    ),
    Column("Second worker", "Staff number of a second worker, if any.", longest=40, example=""),
    Column(
        "Second worker from", "First day of the second worker. Needed with one.", "date", example=""
    ),
    Column("Date of birth", "The child's date of birth.", "date", example="2015-06-30"),
    Column("Gender", "As your case system has it.", longest=40, example="Girl"),
    Column("Ethnicity", "As your case system has it.", longest=80, example="Black British"),
    Column("Language", "First language.", longest=80, example="English"),
    Column("Disability", "Yes, no, or as your case system has it.", longest=40, example="No"),
    Column("Plan", "Kind of plan, such as CIN, CP, looked after.", longest=40, example="CIN"),
    Column("Referral", "Date the referral was received.", "date", example="2026-02-20"),
    Column("Opened", "Date the file was opened.", "date", needed=True, example="2026-02-23"),
    Column(
        "Closed", "Date the file was closed. Leave it empty while it is open.", "date", example=""
    ),
)
FIELDS = {
    "Date of birth": "date_of_birth",
    "Gender": "gender",
    "Ethnicity": "ethnicity",
    "Language": "language",
    "Disability": "disability",
    "Plan": "plan_type",
    "Referral": "referral_on",
    "Opened": "opened_on",
    "Closed": "closed_on",
}
BATCH = 2_000
WORKERS = (("Worker", Involvement.Kind.ALLOCATED), ("Second worker", Involvement.Kind.SECOND))


@dataclass
class Plan:
    """What the file says of each case: its team, its fields, its workers."""

    checked: Checked
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> list[Any]:
        """What has to be put right before anything is written."""
        return self.checked.faults


def read_plan(council: Council, rows: Iterable[Row]) -> Plan:
    """The file as a plan with every fault in it, by row and column. Nothing is written."""
    plan = Plan(check_rows(rows, COLUMNS))
    plan.units = dict(OrgUnit.objects.filter(council=council).values_list("code", "pk"))
    plan.people = dict(
        User.objects.filter(council=council)
        .exclude(staff_number="")
        .values_list("staff_number", "pk")
    )
    seen: dict[str, int] = {}
    for number, row in plan.checked.rows:
        check_row(plan, number, row, seen)
    return plan


def check_row(plan: Plan, number: int, row: dict[str, Any], seen: dict[str, int]) -> None:
    """One row against the rows before it and the organisation."""
    case = row["Case number"]
    if case and seen.setdefault(case, number) != number:
        plan.checked.fault(number, "Case number", f"This case stands in row {seen[case]} already.")
    if row["Team code"] and row["Team code"] not in plan.units:
        plan.checked.fault(
            number,
            "Team code",
            f"There is no team “{row['Team code']}”. Import the staff file first.",
        )
    for name, _ in WORKERS:
        if row[name] and row[name] not in plan.people:
            plan.checked.fault(
                number,
                name,
                f"There is nobody with staff number “{row[name]}”. Import the staff file first.",
            )
        if row[name] and not row[f"{name} from"]:
            plan.checked.fault(number, f"{name} from", "This must be filled in with a worker.")
    if row["Worker"] and row["Worker"] == row["Second worker"]:
        plan.checked.fault(number, "Second worker", "The second worker must be another person.")
    if row["Closed"] and row["Opened"] and row["Closed"] < row["Opened"]:
        plan.checked.fault(number, "Closed", "The file is closed before it is opened.")


@transaction.atomic
def apply(
    council: Council, plan: Plan, *, by: User | None, at: datetime, on: date, cause: str = ""
) -> dict[str, int]:
    """Write the plan; gives counts of what was new and changed. The same plan again changes nothing.

    A case that is not in the file stays as it is. Another worker in the file ends the earlier one's
    involvement on the day before, and so does closing the file.
    """
    Council.objects.select_for_update().get(pk=council.pk)
    counts: Counter[str] = Counter()
    cases = write_cases(council, plan, counts)
    write_workers(plan, cases, counts)
    record(
        "import cases",
        council,
        by=by,
        cause="" if by else cause or "command",
        at=at,
        council_id=council.pk,
        detail=dict(counts),
    )
    return dict(counts)


def write_cases(council: Council, plan: Plan, counts: Counter[str]) -> dict[str, CaseFile]:
    """The case files of the plan, by number."""
    wanted = {row["Case number"]: row for _, row in plan.checked.rows}
    there = {
        case.number: case for case in CaseFile.objects.filter(council=council, number__in=wanted)
    }
    new, changed = [], []
    for number, row in wanted.items():
        values = {name: row[column] for column, name in FIELDS.items()} | {
            "unit_id": plan.units[row["Team code"]]
        }
        case = there.get(number)
        if case is None:
            new.append(CaseFile(council=council, number=number, **values))
        elif any(getattr(case, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(case, name, value)
            changed.append(case)
    there |= {case.number: case for case in CaseFile.objects.bulk_create(new, batch_size=BATCH)}
    CaseFile.objects.bulk_update(changed, [*FIELDS.values(), "unit"], batch_size=BATCH)
    counts["cases new"] += len(new)
    counts["cases changed"] += len(changed)
    return there


def write_workers(plan: Plan, cases: dict[str, CaseFile], counts: Counter[str]) -> None:
    """Who works each case now; whoever did before and is not in the file has ended."""
    ids = [case.pk for case in cases.values()]
    rows = Involvement.objects.filter(case_id__in=ids)
    there = {(row.case_id, row.kind, row.user_id, row.from_on): row for row in rows}
    open_now: dict[tuple[int, str], list[Involvement]] = {}
    for one in there.values():
        if one.to_on is None:
            open_now.setdefault((one.case_id, one.kind), []).append(one)
    new, ended, again = [], [], []
    for _, row in plan.checked.rows:
        case, closed = cases[row["Case number"]], row["Closed"]
        for name, kind in WORKERS:
            want = (case.pk, kind.value, plan.people.get(row[name], 0), row[f"{name} from"])
            for one in open_now.get((case.pk, kind.value), []):
                same = (one.user_id, one.from_on) == want[2:]
                if until := closed if same else want[3] or closed:
                    ended.append(end(one, until))
            if row[name] and want not in there:
                one = Involvement(case_id=want[0], kind=kind, user_id=want[2], from_on=want[3])
                new.append(end(one, closed) if closed else one)
            elif row[name] and there[want].to_on and not closed:
                there[want].to_on = None  # another worker had been named by mistake
                again.append(there[want])
    Involvement.objects.bulk_create(new, batch_size=BATCH)
    Involvement.objects.bulk_update(ended + again, ["to_on"], batch_size=BATCH)
    counts["workers new"] += len(new) + len(again)
    counts["workers ended"] += len(ended)


def end(row: Involvement, next_from: date) -> Involvement:
    """The involvement, ended on the day before the next one's first (never before its own)."""
    row.to_on = max(row.from_on, date.fromordinal(next_from.toordinal() - 1))
    return row

"""Fill the demo with invented people, children and audits, by the same imports and steps that people take."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audits.models import Audit
from audits.states import AuditState
from cases import imports as case_imports
from core import clock
from core.tabular import rows
from people import imports as staff_imports
from people.models import Council, User
from people.roles import Role
from programme.demo import make_audits

# Everybody's in the demo, printed at its start; the command refuses to run in production.
PASSWORD = "correct horse battery staple"  # noqa: S105 - everybody knows it, on purpose
FOLDER = settings.BASE_DIR / "fixtures" / "demo"
ROLES = (
    ("Head of QA", Role.QA_HEAD),
    ("QA officer", Role.QA_OFFICER),
    ("Auditor", Role.AUDITOR),
    ("Practitioner", Role.PRACTITIONER),
    ("Service manager", Role.NEXT_LEVEL),
    ("Head of service", Role.HEAD_OF_SERVICE),
    ("Senior leader", Role.SENIOR_LEADER),
    ("Administrator", Role.ADMINISTRATOR),
)


class Command(BaseCommand):
    help = "Fill the demo with invented data; --sign-ins prints one for each council and role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sign-ins", action="store_true", help="print the sign-ins as lines of JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data is for the demo only.")
        if options["sign_ins"]:
            for line in sign_ins():
                self.stdout.write(json.dumps(line))
            return
        for council in Council.objects.order_by("code"):
            if (FOLDER / f"{council.code}-staff.csv").exists():
                fill(council)


def fill(council: Council) -> None:
    """Import the demo files, give their people the password, make audits; a second time changes nothing."""
    staff = bring_in(council, "staff", staff_imports)
    bring_in(council, "cases", case_imports)
    new = User.objects.filter(
        council=council,
        staff_number__in=staff.people,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )
    if new.exists():
        new.update(password=hashed())
    make_audits(council, at=clock.now())


@cache
def hashed() -> str:
    """The password as it is stored: made once, as it is slow to make."""
    return make_password(PASSWORD)


def bring_in(council: Council, kind: str, module: Any) -> Any:
    """Import one of the council's demo files; gives what the file holds."""
    content = (FOLDER / f"{council.code}-{kind}.csv").read_bytes()
    plan = module.read_plan(council, rows(content, max_rows=settings.IMPORT_MAX_ROWS))
    if plan.faults:
        raise CommandError(f"The demo's {kind} file has faults: {plan.faults[0]}")
    module.apply(council, plan, by=None, at=clock.now(), on=clock.today(), cause="demo data")
    return plan


def sign_ins() -> Iterator[dict[str, str]]:
    """One person for each role and council; the parties of the audit that is best prepared come first."""
    today = timezone.localdate(clock.now())
    for council in Council.objects.order_by("code"):
        used: set[int] = set()
        ready = Audit.objects.filter(council=council, state=AuditState.PREPARING).order_by("pk")
        parties = parties_of(ready.last())
        for words, role in ROLES:
            if person := someone(council, role, parties, used, today):
                used.add(person.pk)
                yield {
                    "council": council.name,
                    "role": words,
                    "name": person.name,
                    "email": person.email,
                    "password": PASSWORD,
                }


def parties_of(audit: Audit | None) -> dict[Role, int]:
    """The auditor and the worker of an audit, by role."""
    if audit is None:
        return {}
    return {Role.AUDITOR: audit.auditor_id, Role.PRACTITIONER: audit.worker_id}


def someone(
    council: Council, role: Role, parties: Mapping[Role, int], used: set[int], today: date
) -> User | None:
    """Somebody with the role who has no other here: the party of the audit where it has one."""
    kept = used | {pk for party, pk in parties.items() if party != role}
    people = (
        User.objects.filter(council=council, is_active=True)
        .exclude(pk__in=kept)
        .holding(role, today)
        .order_by("pk")
    )
    return people.filter(pk=parties.get(role)).first() or people.first()

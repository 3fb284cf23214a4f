"""Fill a council with invented people, children and audits, for the demo only."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from people.models import Council, PostHolding, User
from programme.demo import make_audits

PASSWORD = "correct horse battery staple"  # noqa: S105 - the demo's, printed on its start
SHOWN = (
    ("QA officer", "qa_officer"),
    ("Head of QA", "qa_head"),
    ("Auditor (team manager)", "auditor"),
    ("Practitioner", "practitioner"),
    ("Service manager", "next_level"),
    ("Head of service", "head_of_service"),
    ("Senior leader", "senior_leader"),
    ("Administrator", "administrator"),
)


class Command(BaseCommand):
    help = "Fill the demo with invented data; --sign-ins prints one sign-in for each role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sign-ins", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data is for the demo only.")
        if options["sign_ins"]:
            for line in sign_ins():
                self.stdout.write(json.dumps(line))
            return

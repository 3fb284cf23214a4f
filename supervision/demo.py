"""Demo data: a few personal notes between invented people, made by the same steps that people take."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from people.line_managers import line_managers
from people.models import Council, User
from people.roles import Role
from people.selectors import line
from supervision.models import PersonalNote
from supervision.services import Said, acknowledge_note, write_note

WORKERS = 3
SAID = (
    "We looked at the days of your visits. Three were late, and we found that the reports took the time. "
    "You keep two mornings a week free for them, and we look again in four weeks.",
    "Your direct work this month was thoughtful: you kept the child’s own words and came back to them. "
    "You wish to learn more about life-story work; I ask for a place on the course.",
    "We spoke about how hard the last weeks were. You take two days of leave, and a colleague covers the visits.",
)


@transaction.atomic
def note_some(council: Council, *, at: datetime) -> int:
    """Let some line managers write a note for somebody; a second time adds nothing. Returns how many."""
    if PersonalNote.objects.filter(council=council).exists():
        return 0
    on = timezone.localdate(at)
    tree = line(council.pk, on)
    workers = User.objects.filter(council=council).holding(Role.PRACTITIONER, on).order_by("pk")
    made = 0
    for worker in workers:
        managers = sorted(line_managers(tree, worker.pk))
        if managers and made < WORKERS:
            _note(worker, User.objects.get(pk=managers[0]), made, at=at)
            made += 1
    return made


def _note(worker: User, manager: User, number: int, *, at: datetime) -> PersonalNote:
    day = timezone.localdate(at) - timedelta(days=7 * (number + 1))
    note = write_note(worker, Said(day, SAID[number]), key=uuid4(), by=manager, at=at)
    return acknowledge_note(note, by=worker, at=at) if number else note

"""Who writes, corrects, reads and shares personal notes. No post but the two people's opens one."""

from typing import Any

import rules

from core import clock
from people.line_managers import line_managers
from people.models import User
from people.roles import MANAGERS, Role
from people.selectors import holds, line_of
from supervision.models import PersonalNote


@rules.predicate
def has_supervision(user: User, subject: Any = None) -> bool:
    """works with children or manages people"""
    return holds(user, Role.PRACTITIONER, *MANAGERS, on=clock.today())


@rules.predicate
def line_manages(user: User, worker: User | None) -> bool:
    """is the worker's line manager today"""
    if worker is None or worker.council_id is None or worker.council_id != user.council_id:
        return False
    return user.pk in line_managers(line_of(user, clock.today()), worker.pk)


@rules.predicate
def wrote_it_and_line_manages(user: User, note: PersonalNote | None) -> bool:
    """wrote the note and is still the worker's line manager"""
    return note is not None and note.author_id == user.pk and bool(line_manages(user, note.worker))


@rules.predicate
def is_the_worker(user: User, note: PersonalNote | None) -> bool:
    """is the worker for whom the note was written"""
    return note is not None and note.worker_id == user.pk and note.council_id == user.council_id


rules.add_perm("supervision.see_supervision", has_supervision)
rules.add_perm("supervision.write_note", line_manages)
rules.add_perm("supervision.correct_note", wrote_it_and_line_manages)
rules.add_perm("supervision.acknowledge_note", is_the_worker)
rules.add_perm("supervision.share_note", is_the_worker)

"""Demo data: a whole year of a council's audits and of what followed them, written in bulk.

Every row is as the services would have left it, but for the trail and for messages, which nobody reads in a demo.
Months before the first edition of a framework are told under that edition.
"""

from datetime import datetime

from django.db import transaction

from cases.models import CaseFile
from people.models import Council
from qaframework.demo_year import audits, deeds, moderations, programme, story, voices, writing
from qaframework.demo_year.desk import desk_of


@transaction.atomic
def make_year(
    council: Council, *, at: datetime, months: int = 12, per_month: tuple[int, int] = (10, 20)
) -> int:
    """Invent the months before a moment for a council that has none yet; returns how many audits there are.

    The same council and moment give the same year.
    """
    if CaseFile.objects.filter(council=council, number__startswith=audits.MARK).exists():
        return 0
    desk = desk_of(council, at)
    if desk is None:
        return 0
    without = desk.rules[-1].policy.months_without_audits
    chapters = story.chapters(
        desk.on, months=months, per_month=per_month, without=without, rng=desk.rng
    )
    stories = audits.tell(desk, chapters)
    rounds = moderations.moderate(desk, stories)
    following = deeds.follow(desk, stories)
    writing.close(following, stories)
    audits.write(stories)
    moderations.write(desk, rounds)
    writing.write(following)
    writing.loops(following, stories)
    writing.late(following, stories)
    voices.hear(desk, stories)
    programme.fill_slots(desk, stories)
    programme.raise_concerns(desk, stories)
    return len(stories)

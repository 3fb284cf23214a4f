"""Pools of open cases and draws at any stage, for tests."""

from datetime import date, timedelta

from core.sampling import Rule
from programme.models import Draw
from programme.selectors.pools import Filters
from programme.services.draws import SeedTerms, Terms, freeze, give_share, set_published_seed
from standards.models import FrameworkVersion
from tests.factories.audits import NOW
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast

MONTH = date(2026, 11, 1)
TWO = SeedTerms(Draw.Seed.TWO_PEOPLE)
PUBLIC = SeedTerms(Draw.Seed.PUBLIC, "The lottery of 11 November 2026", date(2026, 11, 11))
WORDS = ("four grey horses", "wet sand at low tide")
LATER = NOW + timedelta(days=1)


def open_files(cast: Cast, count: int = 6, **changes):
    """Open cases of Team 2, worked by its worker."""
    made = []
    for _ in range(count):
        case = CaseFileFactory(
            council=cast.council, unit=changes.pop("unit", cast.team2), **changes
        )
        InvolvementFactory(case=case, user=cast.worker)
        made.append(case)
    return made


def terms(version: FrameworkVersion, **changes) -> Terms:
    """What the QA officer chose: two files of all open ones, by two people's words."""
    given = {
        "title": "November",
        "tool": version.tools.select_related("version__framework__council").first(),
        "month": MONTH,
        "filters": Filters(),
        "rule": Rule(number=2),
        "seed": TWO,
    }
    return Terms(**given | changes)


def draw_at(stage: str, cast: Cast, version: FrameworkVersion, **changes) -> Draw:
    """A draw that is frozen, waits for the second person's words, or is drawn."""
    found = freeze(terms(version, **changes), by=cast.officer, at=NOW)
    if found.seed_kind == Draw.Seed.PUBLIC:
        if stage == "drawn":
            set_published_seed(found, "04 11 27 31", by=cast.qa_head, at=LATER)
    else:
        people = {"frozen": (), "given": (cast.officer,)}.get(stage, (cast.officer, cast.qa_head))
        for person, said in zip(people, WORDS, strict=False):
            give_share(found, said, by=person, at=NOW)
    return Draw.objects.select_related("council", "tool", "follows").get(pk=found.pk)

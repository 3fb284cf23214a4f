"""What learning has one of each of: a theme, an extract that bears it, a blind round, an activity."""

from dataclasses import dataclass

from audits.models import Answer, Audit
from learning.models import Activity, BlindRound, Extract, Theme
from learning.services.activities import Held, record_activity
from learning.services.blind import open_round
from learning.services.coding import Code, code_extract
from learning.services.gathering import gather
from learning.services.theming import add_theme
from people.models import User
from standards.models import Part
from tests.factories.audits import NOW


@dataclass(frozen=True)
class Learned:
    """A theme, an extract that bears it, a round under way, an activity about it."""

    theme: Theme
    extract: Extract
    blind: BlindRound
    activity: Activity


def learned(audit: Audit, officer: User, head: User, label: str = "Fathers") -> Learned:
    """One of each from a returned audit, as an officer and the head of the QA team made them."""
    part = Part.objects.filter(tool=audit.tool, kind="long_text").order_by("pk").first()
    for instance in (98, 99):
        Answer.objects.get_or_create(
            audit=audit,
            part=part,
            respondent="auditor",
            instance=instance,
            defaults={"text": "Dates slip.", "saved_by": audit.auditor, "saved_at": NOW},
        )
    gather(audit.council, at=NOW)
    theme = add_theme(audit.council, label, by=officer, at=NOW)
    found = Extract.objects.filter(audit=audit).waiting().free().order_by("pk").first()
    bears = code_extract(found, [Code(theme.pk, "develop")], by=officer, at=NOW)
    held = Held("Finding fathers", "workshop", NOW.date(), (theme,))
    return Learned(
        theme,
        bears,
        open_round(1, officer, head, by=officer, at=NOW, seed="one"),
        record_activity(held, by=officer, at=NOW),
    )

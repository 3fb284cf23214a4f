"""Returned audits with texts to code, themes, and extracts that stand for them."""

from dataclasses import dataclass
from datetime import date

from audits.models import Answer, Audit
from learning.models import Extract, Theme
from learning.services.coding import Code, code_extract
from learning.services.gathering import gather
from learning.services.theming import seed_themes
from learning.states import Source
from people.models import User
from standards.models import FrameworkVersion, Part
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast

TEXT = "The plan’s dates slip, and the file does not say why."


@dataclass
class Scene:
    """A council with its people, one edition, and its themes."""

    people: Cast
    version: FrameworkVersion

    @property
    def themes(self) -> list[Theme]:
        """The themes of the council, by name."""
        return list(Theme.objects.filter(council=self.people.council))

    def returned(self, month: date | None = None, **changes: object) -> Audit:
        """A returned audit that counts for a month."""
        audit = audit_at("returned", self.people, self.version, **changes)
        if month:
            Audit.objects.filter(pk=audit.pk).update(month=month)
            audit.month = month
        return audit

    def gather(self) -> int:
        """Find what can be coded."""
        return gather(self.people.council, at=NOW)


def scene(path: str = "tests/frameworks/eastmere.yaml", code: str = "eastmere") -> Scene:
    """A council under a small framework, its themes seeded."""
    version = framework(path)
    found = Scene(cast(code), version)
    seed_themes(found.people.council, at=NOW)
    return found


def extract(place: Scene, audit: Audit, month: date | None = None, number: int = 1) -> Extract:
    """A row that stands for a text of an audit, without asking for everything in it."""
    part = Part.objects.filter(tool=audit.tool, kind="long_text").first()
    answer = Answer.objects.create(
        audit=audit,
        part=part,
        respondent="auditor",
        instance=90 + number,
        text=TEXT,
        saved_by=audit.auditor,
        saved_at=NOW,
    )
    return Extract.objects.create(
        council=audit.council,
        source=Source.AUDIT,
        source_id=answer.pk,
        place=f"{part.code}:auditor:{90 + number}",
        audit=audit,
        month=month or audit.month,
        unit=audit.unit,
        grade=audit.grade,
        version=audit.version,
        kind="develop",
        found_at=NOW,
    )


def coded(one: Extract, theme: Theme, by: User, kind: str = "develop") -> Extract:
    """An extract that bears a theme."""
    return code_extract(one, [Code(theme.pk, kind)], by=by, at=NOW)

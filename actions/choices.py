"""What a framework offers for an action: kinds, classes, questions, standards, themes."""

from dataclasses import dataclass, field

from actions.limits import limited
from actions.selectors import questions_of, standards_of, themes_of
from standards.models import FrameworkVersion
from standards.policy import ActionClass
from standards.selectors import edition


@dataclass(frozen=True)
class Choices:
    """What a framework offers for an action; what it does not have is not asked."""

    kinds: list[tuple[str, str]]
    classes: tuple[ActionClass, ...] = ()
    default_class: str = ""
    questions: list[tuple[str, str]] = field(default_factory=list)
    standards: list[tuple[str, str]] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    success_asked: bool = False

    @property
    def has_limits(self) -> bool:
        """Whether any class says by when, so that a date can be left open."""
        return any(map(limited, self.classes))


def choices_of(version: FrameworkVersion, tool: str = "") -> Choices:
    """What an edition offers; with a form's code also that form's questions."""
    rules = edition(version).policy.actions
    return Choices(
        kinds=[(kind.code, kind.label) for kind in rules.kinds],
        classes=rules.classes,
        default_class=rules.default_class,
        questions=questions_of(version, tool) if tool else [],
        standards=standards_of(version),
        themes=themes_of(version),
        success_asked=rules.success_asked,
    )

"""The controlled list of themes: from the framework, new tags, and what becomes of them (G-45)."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from learning.models import Coding, Suggestion, Theme
from learning.states import ThemeState
from people.models import Council, User
from standards.edition import Edition, SectionForm
from standards.selectors import edition, in_force

LONGEST = 120
TWICE = "There is such a theme already: {}."


def listed_in(found: Edition) -> list[str]:
    """The themes of a framework: its own list, else its core areas of practice, else the sections of its main form."""
    policy = found.policy
    labels = [label for _, label in policy.themes] or list(policy.core_areas)
    if not labels and found.tools:
        main = next(iter(found.tools.values()))
        labels = [section.title for section in main.sections if says_something(section)]
    return list(dict.fromkeys(label[:LONGEST] for label in labels))


def says_something(section: SectionForm) -> bool:
    """Whether a section is about practice: it asks for sentences, and neither for the grade nor for actions."""
    kinds = {part.kind for question in section.questions for part in question.parts}
    return "long_text" in kinds and kinds.isdisjoint({"overall_grade", "actions"})


@transaction.atomic
def seed_themes(council: Council, *, at: datetime) -> int:
    """Put the framework's themes on a council's list when it has none yet; gives how many."""
    if Theme.objects.filter(council=council).exists():
        return 0
    version = in_force(council, timezone.localdate(at))
    if version is None:
        return 0
    rows = [
        Theme(
            council=council,
            label=label,
            state=ThemeState.USED,
            from_framework=True,
            added_at=at,
        )
        for label in listed_in(edition(version))
    ]
    Theme.objects.bulk_create(rows, ignore_conflicts=True)
    record("seed themes", "themes", cause="first use", at=at, council_id=council.pk)
    return len(rows)


@transaction.atomic
def add_theme(council: Council, label: str, *, by: User, at: datetime) -> Theme:
    """Add a new tag, or give the theme that is called so already, in use again if it was not.

    Raises PermissionDenied for whoever does not code, Refused for an empty or too long name.
    """
    if not by.has_perm("learning.code") or by.council_id != council.pk:
        raise PermissionDenied
    label = " ".join(label.split())
    if not label or len(label) > LONGEST:
        raise Refused(f"Give the new tag a name of at most {LONGEST} characters.")
    there: Theme | None = Theme.objects.filter(council=council, label__iexact=label).first()
    if there is not None:
        return standing(there)
    made = Theme.objects.create(council=council, label=label, added_by=by, added_at=at)
    record("add theme", made, by=by, at=at)
    return made


def standing(theme: Theme) -> Theme:
    """The theme, or the one into which it was merged; a retired one is refused, with words."""
    while theme.into is not None:
        theme = theme.into
    if theme.state == ThemeState.RETIRED:
        raise Refused(f"“{theme.label}” is no longer used. Choose another theme.")
    return theme


def managed(theme: Theme, by: User) -> Theme:
    """The theme's row, for the QA head of its council."""
    found: Theme = Theme.objects.select_for_update().get(pk=theme.pk)
    if not by.has_perm("learning.manage_theme", found):
        raise PermissionDenied
    return found


@transaction.atomic
def keep_theme(theme: Theme, *, by: User, at: datetime) -> Theme:
    """Keep a new tag, or take a retired theme up again. Refuses one that was merged."""
    found = managed(theme, by)
    if found.state == ThemeState.MERGED:
        raise Refused("This theme was merged into another one.")
    return _change(found, ThemeState.USED, "keep theme", by, at)


@transaction.atomic
def retire_theme(theme: Theme, *, by: User, at: datetime) -> Theme:
    """Offer a theme no more; what is coded with it stays. Refuses one that was merged."""
    found = managed(theme, by)
    if found.state == ThemeState.MERGED:
        raise Refused("This theme was merged into another one.")
    Suggestion.objects.filter(theme=found).delete()
    return _change(found, ThemeState.RETIRED, "retire theme", by, at)


@transaction.atomic
def rename_theme(theme: Theme, label: str, *, by: User, at: datetime) -> Theme:
    """Call a theme something else; what is coded with it stays. Refuses a name that another theme has."""
    found = managed(theme, by)
    label = " ".join(label.split())
    if not label or len(label) > LONGEST:
        raise Refused(f"Give the theme a name of at most {LONGEST} characters.")
    others = Theme.objects.filter(council=found.council_id, label__iexact=label)
    if other := others.exclude(pk=found.pk).first():
        raise Refused(TWICE.format(other.label))
    found.label = label
    found.save(update_fields=["label"])
    record("rename theme", found, by=by, at=at)
    return found


@transaction.atomic
def merge_theme(theme: Theme, into: Theme, *, by: User, at: datetime) -> Theme:
    """Move everything that is coded with a theme to another one, and offer it no more.

    Refuses a theme that is merged already, and one that is not in use as the other.
    """
    found = managed(theme, by)
    other = managed(into, by)
    if found.pk == other.pk or found.council_id != other.council_id:
        raise Refused("Choose another theme to merge this one into.")
    if found.state == ThemeState.MERGED or other.state not in {ThemeState.USED, ThemeState.NEW}:
        raise Refused("A theme is merged into one that is in use, and only once.")
    # Where an extract bears both as the same kind, one of them says it all.
    both = Coding.objects.filter(theme=other).values_list("extract", "kind")
    there = set(both)
    mine = Coding.objects.filter(theme=found)
    twice = [
        pk
        for pk, extract, kind in mine.values_list("pk", "extract", "kind")
        if (extract, kind) in there
    ]
    Coding.objects.filter(pk__in=twice).delete()
    Coding.objects.filter(theme=found).update(theme=other)
    Suggestion.objects.filter(theme=found).delete()
    Theme.objects.filter(into=found).update(into=other)
    for activity in found.activities.all():
        activity.themes.add(other)
        activity.themes.remove(found)
    found.into = other
    return _change(found, ThemeState.MERGED, "merge theme", by, at)


def _change(theme: Theme, state: ThemeState, verb: str, by: User, at: datetime) -> Theme:
    theme.state = state
    theme.save(update_fields=["state", "into"])
    record(verb, theme, by=by, at=at, detail={"into": theme.into_id} if theme.into_id else None)
    return theme

"""Narrowing the list of what is late, and of concerns."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from escalation.models import OfficerEscalation, Overdue
from escalation.points import CHASED
from escalation.selectors.late import kind_words

SELECT = {"class": "govuk-select"}


def kinds() -> list[tuple[str, str]]:
    """The kinds of things that can be late."""
    return [(kind, kind_words(kind)) for kind in sorted(CHASED)]


class OverdueFilter(django_filters.FilterSet):
    """By kind, by the rung that has been reached, and by what is held back."""

    kind = django_filters.ChoiceFilter(
        choices=kinds, label="What", empty_label="Everything", widget=forms.Select(attrs=SELECT)
    )
    rung = django_filters.ChoiceFilter(
        choices=[("-1", "Before the first rung"), *((str(n), f"Rung {n + 1}") for n in range(8))],
        label="Rung reached",
        empty_label="Any rung",
        widget=forms.Select(attrs=SELECT),
    )
    held = django_filters.ChoiceFilter(
        method="held_back",
        choices=[("yes", "Held back"), ("no", "Not held back")],
        label="Held back",
        empty_label="Either",
        widget=forms.Select(attrs=SELECT),
    )

    class Meta:
        model = Overdue
        fields = ()

    def held_back(self, found: Any, name: str, value: str) -> Any:
        """What is, or is not, held back now."""
        return found.filter(held=value == "yes")


class ConcernFilter(django_filters.FilterSet):
    """By state: without one, what is open."""

    state = django_filters.ChoiceFilter(
        method="stage",
        choices=[("resolved", "Resolved"), ("all", "Open and resolved")],
        label="Which",
        empty_label="All that are open",
        widget=forms.Select(attrs=SELECT),
    )

    class Meta:
        model = OfficerEscalation
        fields = ()

    @property
    def qs(self) -> "QuerySet[OfficerEscalation]":
        """What is open, unless something else is asked for."""
        found = super().qs
        return found if self.data.get("state") else found.filter(state="open")

    def stage(
        self, found: "QuerySet[OfficerEscalation]", name: str, value: str
    ) -> "QuerySet[OfficerEscalation]":
        return found if value == "all" else found.filter(state=value)

"""Narrowing what waits to be coded."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from learning.kinds import KINDS
from learning.models import Extract
from learning.states import Source
from people.models import OrgUnit

SELECT = {"class": "govuk-select"}
CODED, NOTHING, QUOTED, ALL = "coded", "nothing", "quoted", "all"
STATES = (
    (CODED, "Coded"),
    (NOTHING, "Nothing to code"),
    (QUOTED, "With a quotation"),
    (ALL, "Everything"),
)


def choice(label: str, empty: str, method: str | None = None) -> django_filters.ChoiceFilter:
    """One of what is there."""
    more = {"method": method} if method else {}
    return django_filters.ChoiceFilter(
        label=label, empty_label=empty, choices=[], widget=forms.Select(attrs=SELECT), **more
    )


class QueueFilter(django_filters.FilterSet):
    """By source, month, service, what the question asks for, and state; what nobody has coded unless asked otherwise."""

    state = choice("Show", "Not coded yet", "stage")
    source = choice("From", "Everywhere")
    month = choice("Month", "Any month")
    service = choice("Service or team", "All services", "place")
    kind = choice("The question asks for", "Anything", "asks")

    class Meta:
        model = Extract
        fields: list[str] = []

    def __init__(
        self, *args: Any, units: list[OrgUnit], months: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.filters["state"].extra["choices"] = STATES
        self.filters["source"].extra["choices"] = Source.choices
        self.filters["month"].extra["choices"] = months
        self.filters["service"].extra["choices"] = [(str(one.pk), one.name) for one in units]
        self.filters["kind"].extra["choices"] = [*KINDS.items(), ("-", "Nothing in particular")]
        self.paths = {str(one.pk): one.path for one in units}

    def filter_queryset(self, found: "QuerySet[Extract]") -> "QuerySet[Extract]":
        """The rows asked for; without a state, those that wait."""
        found = super().filter_queryset(found)
        return found if self.form.cleaned_data.get("state") else found.filter(done_at=None)

    def stage(self, found: "QuerySet[Extract]", name: str, value: str) -> "QuerySet[Extract]":
        """Those in a state."""
        done = found.filter(done_at__isnull=False)
        match value:
            case "coded":
                return done.filter(codings__isnull=False).distinct()
            case "nothing":
                return done.filter(codings=None)
            case "quoted":
                return found.exclude(quotation="")
            case _:
                return found

    def place(self, found: "QuerySet[Extract]", name: str, value: str) -> "QuerySet[Extract]":
        """Those of a unit and of what lies below it."""
        return found.filter(unit__path__startswith=self.paths[value])

    def asks(self, found: "QuerySet[Extract]", name: str, value: str) -> "QuerySet[Extract]":
        """Those whose question asks for a kind."""
        return found.filter(kind="" if value == "-" else value)

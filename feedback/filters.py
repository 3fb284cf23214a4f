"""Narrowing the list of replies."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from feedback.models import Reply
from feedback.states import Outcome
from standards.instruments import Instrument

SELECT = {"class": "govuk-select"}
DAY = {"class": "govuk-input govuk-input--width-10", "type": "date"}


class ReplyFilter(django_filters.FilterSet):
    """By what was asked, what came of it, and the days of the answers."""

    instrument = django_filters.ChoiceFilter(
        label="Answers to", empty_label="Everything", widget=forms.Select(attrs=SELECT)
    )
    outcome = django_filters.ChoiceFilter(
        choices=Outcome.choices,
        label="What came of it",
        empty_label="Any outcome",
        widget=forms.Select(attrs=SELECT),
    )
    worry = django_filters.ChoiceFilter(
        choices=[("True", "With a worry")],
        label="Worries",
        empty_label="With or without",
        widget=forms.Select(attrs=SELECT),
    )
    since = django_filters.DateFilter(
        field_name="received_on", lookup_expr="gte", label="From", widget=forms.DateInput(attrs=DAY)
    )
    until = django_filters.DateFilter(
        field_name="received_on",
        lookup_expr="lte",
        label="Until",
        widget=forms.DateInput(attrs=DAY),
    )

    theme = django_filters.CharFilter(
        field_name="themes",
        method="with_theme",
        label="Theme",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )

    class Meta:
        model = Reply
        fields: list[str] = []

    def __init__(self, *args: Any, instruments: tuple[Instrument, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.code, one.title) for one in instruments if not one.anonymous]
        self.filters["instrument"].extra["choices"] = choices

    def with_theme(self, found: QuerySet[Reply], name: str, value: str) -> QuerySet[Reply]:
        """Those that bear a theme; “-” finds those without one."""
        return found.filter(**({name: []} if value == "-" else {f"{name}__contains": [value]}))


class DaysForm(forms.Form):
    """From a day to a day."""

    since = forms.DateField(label="From", required=False, widget=forms.DateInput(DAY, "%Y-%m-%d"))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(DAY, "%Y-%m-%d"))

"""Narrowing the list of surveys."""

from typing import Any

import django_filters
from django import forms

from feedback.models import Survey
from feedback.states import SurveyState


class SurveyFilter(django_filters.FilterSet):
    """By instrument and state."""

    instrument = django_filters.ChoiceFilter(
        label="Survey of",
        empty_label="All",
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )
    state = django_filters.ChoiceFilter(
        choices=SurveyState.choices,
        label="State",
        empty_label="Any state",
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )

    class Meta:
        model = Survey
        fields = ()

    def __init__(self, *args: Any, instruments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["instrument"].extra["choices"] = instruments

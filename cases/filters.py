"""Narrowing the list of cases."""

import django_filters
from django import forms

from cases.models import CaseFile


class CaseFilter(django_filters.FilterSet):
    """By the beginning of the number, the plan and the team's name."""

    number = django_filters.CharFilter(
        lookup_expr="istartswith",
        label="Case number",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )
    team = django_filters.CharFilter(
        field_name="unit__name",
        lookup_expr="icontains",
        label="Team",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )
    plan = django_filters.CharFilter(
        field_name="plan_type",
        lookup_expr="iexact",
        label="Plan",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )

    class Meta:
        model = CaseFile
        fields = ()

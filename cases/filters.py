"""Narrowing the list of cases."""

import django_filters
from django.db.models import QuerySet

from cases.models import CaseFile
from core.beginning import begins
from core.filtering import QuickFilterSet
from core.widgets import QuickInput


class CaseFilter(QuickFilterSet):
    """By the beginning of the number, the plan and the team's name."""

    number = django_filters.CharFilter(
        method="beginning",
        label="Case number",
        widget=QuickInput(attrs={"class": "govuk-input"}),
    )
    team = django_filters.CharFilter(
        field_name="unit__name",
        lookup_expr="icontains",
        label="Team",
        widget=QuickInput(attrs={"class": "govuk-input"}),
    )
    plan = django_filters.CharFilter(
        field_name="plan_type",
        lookup_expr="iexact",
        label="Plan",
        widget=QuickInput(attrs={"class": "govuk-input"}),
    )

    class Meta:
        model = CaseFile
        fields = ()

    def beginning(self, cases: "QuerySet[CaseFile]", name: str, value: str) -> "QuerySet[CaseFile]":
        """Cases whose number begins with what was typed."""
        return cases.filter(begins("number", value))

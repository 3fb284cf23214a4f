"""Narrowing the list of audits."""

import django_filters
from django import forms
from django.db.models import QuerySet

from audits.models import Audit, Loop
from audits.states import AuditState, LoopState


class AuditFilter(django_filters.FilterSet):
    """By words (reference or case number), stage, month and grade."""

    q = django_filters.CharFilter(
        method="words",
        label="Audit or case number",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )
    state = django_filters.ChoiceFilter(
        choices=AuditState.choices,
        label="Stage",
        empty_label="Any stage",
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )

    class Meta:
        model = Audit
        fields = ()

    def words(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits whose reference or case number begins with what was typed."""
        value = value.strip()
        return audits.filter(reference__istartswith=value) | audits.filter(
            case__number__istartswith=value
        )


class LoopFilter(django_filters.FilterSet):
    """By where the loop stands."""

    state = django_filters.ChoiceFilter(
        choices=LoopState.choices,
        label="Stage",
        empty_label="Any stage",
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )

    class Meta:
        model = Loop
        fields = ()

"""Narrowing the list of moderations."""

import django_filters
from django import forms
from django.db.models import QuerySet

from moderation.models import Moderation
from moderation.states import GONE, OPEN, ModerationState


class ModerationFilter(django_filters.FilterSet):
    """By words (audit or case number) and stage; without a stage, what is open."""

    q = django_filters.CharFilter(
        method="words",
        label="Audit or case number",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )
    state = django_filters.ChoiceFilter(
        method="stage",
        choices=[
            ("all", "Any stage"),
            *((code, label) for code, label in ModerationState.choices if code not in GONE),
        ],
        label="Stage",
        empty_label="All that are open",
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )

    class Meta:
        model = Moderation
        fields = ()

    @property
    def qs(self) -> "QuerySet[Moderation]":
        """What is open, unless a stage is asked for."""
        found = super().qs
        return found if self.data.get("state") else found.filter(state__in=OPEN)

    def stage(self, found: "QuerySet[Moderation]", name: str, value: str) -> "QuerySet[Moderation]":
        return found if value == "all" else found.filter(state=value)

    def words(self, found: "QuerySet[Moderation]", name: str, value: str) -> "QuerySet[Moderation]":
        """Audits whose reference or case number begins with what was typed."""
        value = value.strip()
        return found.filter(audit__reference__istartswith=value) | found.filter(
            audit__case__number__istartswith=value
        )

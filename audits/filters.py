"""Narrowing the list of audits."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from audits.models import Audit, Loop
from audits.states import AuditState, LoopState
from people.models import OrgUnit, User

INPUT, SELECT = {"class": "govuk-input"}, {"class": "govuk-select"}
MORE = ("service", "grade", "final", "since", "until", "flash", "mine")
MONTH = forms.DateInput({"type": "date", **INPUT}, "%Y-%m-%d")


class AuditFilter(django_filters.FilterSet):
    """By words (reference or case number), stage, service, months, grade, whether that is final, kind, and one's own part."""

    q = django_filters.CharFilter(
        method="words", label="Audit or case number", widget=forms.TextInput(attrs=INPUT)
    )
    state = django_filters.ChoiceFilter(
        choices=AuditState.choices,
        label="Stage",
        empty_label="Any stage",
        widget=forms.Select(attrs=SELECT),
    )
    service = django_filters.ChoiceFilter(
        method="place",
        label="Team or service",
        empty_label="All teams and services",
        choices=[],
        widget=forms.Select(attrs=SELECT),
    )
    grade = django_filters.ChoiceFilter(
        method="graded",
        label="Grade",
        empty_label="Any grade",
        choices=[],
        widget=forms.Select(attrs=SELECT),
    )
    final = django_filters.ChoiceFilter(
        method="settled",
        label="Final or provisional",
        empty_label="Either",
        choices=[("1", "Final"), ("0", "Provisional")],
        widget=forms.Select(attrs=SELECT),
    )
    since = django_filters.DateFilter(
        field_name="month", lookup_expr="gte", label="Counts for months from", widget=MONTH
    )
    until = django_filters.DateFilter(
        field_name="month", lookup_expr="lte", label="Counts for months until", widget=MONTH
    )

    flash = django_filters.ChoiceFilter(
        method="raised",
        label="Programme or flash audits",
        empty_label="Either",
        choices=[("0", "Programme audits"), ("1", "Flash audits")],
        widget=forms.Select(attrs=SELECT),
    )
    mine = django_filters.ChoiceFilter(
        method="own",
        label="Your part",
        empty_label="Any",
        choices=[("worker", "Audits of your work"), ("auditor", "Audits you make")],
        widget=forms.Select(attrs=SELECT),
    )

    class Meta:
        model = Audit
        fields = ()

    def __init__(self, data: Any, *, queryset: "QuerySet[Audit]", user: User) -> None:
        super().__init__(data, queryset=queryset)
        self.user = user
        units = OrgUnit.objects.visible_to(user).order_by("path").values_list("pk", "name")
        self.filters["service"].extra["choices"] = [(str(pk), name) for pk, name in units]
        found = (
            Audit.objects.visible_to(user)
            .exclude(grade="")
            .order_by()
            .values_list("grade", flat=True)
        )
        self.filters["grade"].extra["choices"] = [
            (code, code.replace("_", " ").capitalize()) for code in sorted(set(found.distinct()))
        ]

    @property
    def more(self) -> bool:
        """Whether it is narrowed by more than words and stage."""
        return any(self.data.get(name) for name in MORE)

    def words(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits whose reference or case number begins with what was typed."""
        value = value.strip()
        return audits.filter(reference__istartswith=value) | audits.filter(
            case__number__istartswith=value
        )

    def place(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits of children of the unit and of everything below it."""
        unit = OrgUnit.objects.visible_to(self.user).filter(pk=int(value)).first()
        return audits.filter(unit__path__startswith=unit.path) if unit else audits.none()

    def graded(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits with a grade, as far as it may be known: a list by grade would tell it."""
        return self.known(audits).filter(grade=value)

    def settled(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits whose grade is final, or those whose grade is not yet."""
        return self.known(audits).exclude(grade="").filter(grade_final=value == "1")

    def raised(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Flash audits, which are raised for a single concern, or all the others."""
        return audits.exclude(flash_source="") if value == "1" else audits.filter(flash_source="")

    def own(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits of the person's own work, or those that they make."""
        if value == "auditor":
            return audits.filter(auditor=self.user)
        return audits.filter(Q(worker=self.user) | Q(second_worker=self.user))

    def known(self, audits: "QuerySet[Audit]") -> "QuerySet[Audit]":
        """Those whose grade is not kept from the person."""
        return audits.filter(Q(blind=False) | Q(auditor=self.user))


class LoopFilter(django_filters.FilterSet):
    """By where the loop stands."""

    state = django_filters.ChoiceFilter(
        choices=LoopState.choices,
        label="Stage",
        empty_label="Any stage",
        widget=forms.Select(attrs=SELECT),
    )

    class Meta:
        model = Loop
        fields = ()

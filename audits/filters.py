"""Narrowing the list of audits."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from audits.grades import grades_in, grades_of
from audits.models import Audit, Loop
from audits.states import AuditState, LoopState
from cases.models import CaseFile
from core import clock
from core.beginning import begins
from core.filtering import Choice, QuickFilterSet
from core.widgets import QuickDate, QuickInput, QuickSelect
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds
from people.units import units_of

INPUT, SELECT = {"class": "govuk-input"}, {"class": "govuk-select"}
MORE = ("service", "grade", "final", "since", "until", "flash", "mine")
MONTH = QuickDate({"type": "date", **INPUT}, "%Y-%m-%d")


class AuditFilter(QuickFilterSet):
    """By words (reference or case number), stage, service, months, grade, whether that is final, kind, and one's own part."""

    q = django_filters.CharFilter(
        method="words", label="Audit or case number", widget=QuickInput(attrs=INPUT)
    )
    state = Choice(
        choices=AuditState.choices,
        label="Stage",
        empty_label="Any stage",
        widget=QuickSelect(attrs=SELECT),
    )
    service = Choice(
        method="place",
        label="Team or service",
        empty_label="All teams and services",
        widget=QuickSelect(attrs=SELECT),
    )
    grade = Choice(
        method="graded",
        label="Grade",
        empty_label="Any grade",
        widget=QuickSelect(attrs=SELECT),
    )
    final = Choice(
        method="settled",
        label="Final or provisional",
        empty_label="Either",
        choices=[("1", "Final"), ("0", "Provisional")],
        widget=QuickSelect(attrs=SELECT),
    )
    since = django_filters.DateFilter(
        field_name="month", lookup_expr="gte", label="Counts for months from", widget=MONTH
    )
    until = django_filters.DateFilter(
        field_name="month", lookup_expr="lte", label="Counts for months until", widget=MONTH
    )

    flash = Choice(
        method="raised",
        label="Programme or flash audits",
        empty_label="Either",
        choices=[("0", "Programme audits"), ("1", "Flash audits")],
        widget=QuickSelect(attrs=SELECT),
    )
    mine = Choice(
        method="own",
        label="Your part",
        empty_label="Any",
        choices=[("worker", "Audits of your work"), ("auditor", "Audits you make")],
        widget=QuickSelect(attrs=SELECT),
    )

    class Meta:
        model = Audit
        fields = ()

    def __init__(self, data: Any, *, queryset: "QuerySet[Audit]", user: User) -> None:
        super().__init__(data, queryset=queryset)
        self.user = user
        units = units_of(user.council_id)
        self.units = {pk: name for pk, name, _ in units}
        self.paths = {str(pk): path for pk, _, path in units}
        self.filters["service"].extra["choices"] = [(str(pk), name) for pk, name, _ in units]
        self.filters["grade"].extra["choices"] = [
            (code, code.replace("_", " ").capitalize()) for code in grades_for(user)
        ]

    @property
    def more(self) -> bool:
        """Whether it is narrowed by more than words and stage."""
        return any(self.data.get(name) for name in MORE)

    def words(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits whose reference or case number begins with what was typed."""
        value = value.strip()
        # The cases stand apart: beside a join the database takes the newest audits last, and reads all before them.
        cases = CaseFile.objects.filter(begins("number", value), council=self.user.council_id)
        return audits.filter(begins("reference", value) | Q(case__in=cases))

    def place(self, audits: "QuerySet[Audit]", name: str, value: str) -> "QuerySet[Audit]":
        """Audits of children of the unit and of everything below it."""
        return audits.filter(unit__path__startswith=self.paths[value])

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


def grades_for(user: User) -> list[str]:
    """The grades of the audits that a person may open: for the QA team those of the whole council."""
    if holds(user, *QA_TEAM, on=clock.today()):
        return grades_of(user.council_id)
    return grades_in(Audit.objects.visible_to(user))


class LoopFilter(django_filters.FilterSet):
    """By where the loop stands."""

    state = django_filters.ChoiceFilter(
        choices=LoopState.choices,
        label="Stage",
        empty_label="Any stage",
        widget=QuickSelect(attrs=SELECT),
    )

    class Meta:
        model = Loop
        fields = ()

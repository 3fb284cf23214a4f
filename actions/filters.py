"""Narrowing the tracker (C1-11)."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from actions.bands import BANDS, named
from actions.models import Action
from actions.querysets import ActionQuerySet
from actions.states import UNFINISHED, ActionState
from actions.words import source_words
from core import clock
from people.models import OrgUnit, User

SELECT = {"class": "govuk-select"}
ALL = "all"
LATE_ONES = "late"


def choice(label: str, empty: str, method: str | None = None) -> django_filters.ChoiceFilter:
    """One of what is there; the choices follow from the rows that a person may see."""
    more = {"method": method} if method else {}
    return django_filters.ChoiceFilter(
        label=label, empty_label=empty, choices=[], widget=forms.Select(attrs=SELECT), **more
    )


class ActionFilter(django_filters.FilterSet):
    """By words, owner, team or service, source, theme, class, state and how late; unfinished ones unless a state is asked for."""

    q = django_filters.CharFilter(
        method="words",
        label="Words, case or action number",
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )
    state = choice("State", "Not finished", "stage")
    band = choice("How late", "Any date", "lateness")
    owner = choice("Owner", "Anybody")
    unit = choice("Team or service", "All teams and services", "place")
    source = choice("Source", "Any source")
    action_class = choice("Class", "Any class")
    theme = choice("Theme", "Any theme", "tagged")
    sort = django_filters.ChoiceFilter(
        method="ordered",
        label="Order",
        empty_label=None,
        choices=[
            ("due", "Due first"),
            ("-due", "Due last first"),
            ("owner", "Owner"),
            ("-recorded", "Newest first"),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    ORDERS = {
        "due": ("due_on", "pk"),
        "-due": ("-due_on", "-pk"),
        "owner": ("owner__name", "due_on", "pk"),
        "-recorded": ("-recorded_at", "-pk"),
    }

    class Meta:
        model = Action
        fields = ()

    def __init__(
        self,
        data: Any,
        *,
        queryset: ActionQuerySet,
        user: User,
        offered: dict[str, list[tuple[str, str]]] | None = None,
    ) -> None:
        super().__init__(data, queryset=queryset)
        self.user = user
        self.offered = offered or offers(queryset, user)
        for name, choices in self.offered.items():
            self.filters[name].extra["choices"] = choices

    @property
    def qs(self) -> ActionQuerySet:
        """What is not finished, unless a state is asked for; due first, unless another order is."""
        found: ActionQuerySet = super().qs
        if not self.data.get("state"):
            found = found.filter(state__in=UNFINISHED)
        return found if self.data.get("sort") else found.order_by(*self.ORDERS["due"])

    def stage(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        return found if value == ALL else found.filter(state=value)

    def lateness(self, found: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        today = clock.today()
        if value == LATE_ONES:
            return found.to_do().filter(due_on__lt=today)
        band = named(value)
        return found.in_band(band, today) if band else found

    def place(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        """The unit and everything below it."""
        unit = OrgUnit.objects.visible_to(self.user).filter(pk=int(value)).first()
        return found.filter(unit__path__startswith=unit.path) if unit else found.none()

    def tagged(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        return found.filter(themes__contains=[value])

    def ordered(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        return found.order_by(*self.ORDERS[value])

    def words(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        """What is to be done contains the words; or the number of its case or its own begins with them."""
        value = value.strip()
        match = Q(what__icontains=value) | Q(case__number__istartswith=value)
        number = value.lower().removeprefix("action").strip()
        if number.isascii() and number.isdigit() and len(number) < 13:
            match |= Q(pk=int(number))
        return found.filter(match)


def offers(found: ActionQuerySet, user: User) -> dict[str, list[tuple[str, str]]]:
    """The choices of each select: what the rows hold that the person may see."""
    rows = found.order_by()
    people = User.objects.filter(pk__in=rows.values("owner")).order_by("name")
    units = OrgUnit.objects.visible_to(user).order_by("path")
    classes = rows.exclude(action_class="").values_list("action_class", "class_label").distinct()
    sources = rows.values_list("source", flat=True).distinct()
    return {
        "state": [(ALL, "Any state"), *[(one.value, one.label) for one in ActionState]],
        "band": [(LATE_ONES, "Overdue"), *[(one.code, one.label) for one in BANDS]],
        "owner": [(str(pk), name) for pk, name in people.values_list("pk", "name")],
        "unit": [(str(pk), name) for pk, name in units.values_list("pk", "name")],
        "source": sorted(((one, source_words(one)) for one in sources), key=lambda one: one[1]),
        "action_class": sorted(dict(classes).items(), key=lambda one: one[1]),
        "theme": [(one, one) for one in rows.used_themes()],
    }

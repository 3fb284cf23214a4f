"""Narrowing the tracker (C1-11)."""

from typing import Any

import django_filters
from django.db.models import OuterRef, Q, QuerySet, Subquery

from actions.bands import BANDS, named
from actions.models import Action
from actions.querysets import ActionQuerySet
from actions.states import UNFINISHED, ActionState
from actions.sums import Sums
from actions.words import source_words
from core import clock
from core.beginning import begins
from core.filtering import Choice, QuickFilterSet
from core.prepared import COUNCIL, Prepared
from core.widgets import QuickInput, QuickSelect
from people.models import User
from people.units import units_of

SELECT = {"class": "govuk-select"}
ALL = "all"
LATE_ONES = "late"
# What says how far an action has come and how late it is, and in which order they stand.
STAGES = ("state", "band", "sort")


def choice(label: str, empty: str, method: str | None = None) -> Choice:
    """One of what is there; the choices follow from the rows that a person may see."""
    more = {"method": method} if method else {}
    return Choice(label=label, empty_label=empty, widget=QuickSelect(attrs=SELECT), **more)


class ActionFilter(QuickFilterSet):
    """By words, owner, team or service, source, theme, class, state and how late; unfinished ones unless a state is asked for."""

    q = django_filters.CharFilter(
        method="words",
        label="Words, case or action number",
        widget=QuickInput(attrs={"class": "govuk-input"}),
    )
    state = choice("State", "Not finished", "stage")
    band = choice("How late", "Any date", "lateness")
    owner = choice("Owner", "Anybody")
    unit = choice("Team or service", "All teams and services", "place")
    source = choice("Source", "Any source")
    action_class = choice("Class", "Any class")
    theme = choice("Theme", "Any theme", "tagged")
    sort = Choice(
        method="ordered",
        label="Order",
        empty_label=None,
        choices=[
            ("due", "Due first"),
            ("-due", "Due last first"),
            ("owner", "Owner"),
            ("-recorded", "Newest first"),
        ],
        widget=QuickSelect(attrs=SELECT),
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
        whole: bool = False,
        sums: Sums | None = None,
    ) -> None:
        """`whole` says that the person may open every action of the council, all of which `queryset` holds.

        `sums` are what the actions of `queryset` come to, where that is known.
        """
        super().__init__(data, queryset=queryset)
        self.sums = sums
        units = units_of(user.council_id)
        self.paths = {str(pk): path for pk, _, path in units}
        offered = offers(queryset, user, whole=whole, sums=sums) | {
            "unit": [(str(pk), name) for pk, name, _ in units]
        }
        for name, choices in offered.items():
            self.filters[name].extra["choices"] = choices

    @property
    def qs(self) -> ActionQuerySet:
        """What is not finished, unless a state is asked for; due first, unless another order is."""
        found: ActionQuerySet = super().qs
        if not self.data.get("state"):
            found = found.filter(state__in=UNFINISHED)
        return found if self.data.get("sort") else found.order_by(*self.ORDERS["due"])

    @property
    def chosen(self) -> bool:
        """Whether the choice is of other actions than all of some state or lateness."""
        self.errors  # noqa: B018 - it reads what was asked for
        return any(value for name, value in self.form.cleaned_data.items() if name not in STAGES)

    @property
    def in_any_state(self) -> ActionQuerySet:
        """The same choice of actions whatever their state or lateness, in no order."""
        found: Any = self.queryset.order_by()
        self.errors  # noqa: B018 - it reads what was asked for
        for name, value in self.form.cleaned_data.items():
            if name not in STAGES:
                found = self.filters[name].filter(found, value)
        chosen: ActionQuerySet = found
        return chosen

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
        return found.filter(unit__path__startswith=self.paths[value])

    def tagged(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        return found.filter(themes__contains=[value])

    def ordered(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        return found.order_by(*self.ORDERS[value])

    def words(self, found: "QuerySet[Action]", name: str, value: str) -> "QuerySet[Action]":
        """What is to be done contains the words; or the number of its case or its own begins with them."""
        value = value.strip()
        match = Q(what__icontains=value) | begins("case__number", value)
        number = value.lower().removeprefix("action").strip()
        if number.isascii() and number.isdigit() and len(number) < 13:
            match |= Q(pk=int(number))
        return found.filter(match)


def owners(found: ActionQuerySet, council: int | None) -> "QuerySet[User, Any]":
    """The id and name of everybody of a council who owns one of these actions, by name.

    One action is looked for with each person, so that not every action ever made is read for the few who own them.
    """
    one = found.order_by().filter(owner=OuterRef("pk")).values("pk")[:1]
    rows = User.objects.filter(council=council).alias(one=Subquery(one)).exclude(one=None)
    return rows.order_by("name").values_list("pk", "name")


def kinds(found: ActionQuerySet) -> "QuerySet[Action, Any]":
    """The sources and classes of these actions."""
    return found.order_by().values_list("source", "action_class", "class_label").distinct()


# For whoever may open every action of the council, which is most of those who look at many: built once in a process.
ALL_OWNERS = Prepared(lambda: owners(Action.objects.filter(council=COUNCIL), COUNCIL))


def offers(
    found: ActionQuerySet, user: User, *, whole: bool = False, sums: Sums | None = None
) -> dict[str, list[tuple[str, str]]]:
    """The choices of each select but the unit: what the rows hold that the person may see, read or from their sums."""
    mine = {COUNCIL: user.council_id}
    people = ALL_OWNERS.rows(mine) if whole else owners(found, user.council_id)
    sources, classes = set(), {}
    for source, code, label in kinds(found) if sums is None else sorted(+sums.origins):
        sources.add((source, source_words(source)))
        if code:
            classes[code] = label
    return {
        "state": [(ALL, "Any state"), *[(one.value, one.label) for one in ActionState]],
        "band": [(LATE_ONES, "Overdue"), *[(one.code, one.label) for one in BANDS]],
        "owner": [(str(pk), name) for pk, name in people],
        "source": sorted(sources, key=lambda one: one[1]),
        "action_class": sorted(classes.items(), key=lambda one: one[1]),
        "theme": [
            (one, one) for one in (found.used_themes() if sums is None else sorted(+sums.themes))
        ],
    }

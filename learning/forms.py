"""Coding, the list of themes, blind rounds and learning activities."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from core.forms import Checkboxes, DateField, Radios, ServiceForm
from learning.change import MONTHS
from learning.kinds import KINDS
from learning.models import Theme
from learning.services.activities import Held
from learning.services.blind import MOST
from learning.services.coding import QUOTATION, Code
from learning.services.theming import LONGEST
from learning.states import ActivityKind, Measured
from people.models import OrgUnit, User

NOTHING = "nothing"


class CodingForm(ServiceForm):
    """Which themes a text bears, and as what; those that it has already can be kept."""

    read = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    keep = forms.MultipleChoiceField(label="Coded so far", widget=Checkboxes, required=False)
    kind = forms.ChoiceField(
        label="What does it say?",
        choices=list(KINDS.items()),
        widget=Radios,
        error_messages={"required": "Choose what the text says."},
    )
    themes = forms.MultipleChoiceField(
        label="About which themes?",
        widget=Checkboxes,
        required=False,
        error_messages={"invalid_choice": "Choose themes from the list."},
    )
    new_tag = forms.CharField(label="A new tag", max_length=LONGEST, required=False)

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Theme],
        kept: Sequence[tuple[Code, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["themes"].choices = [(str(one.pk), one.label) for one in offered]
        self.kept = {f"{code.theme}-{code.kind}": code for code, _ in kept}
        words = zip(self.kept, (label for _, label in kept), strict=True)
        self.fields["keep"].choices = list(words)

    def clean(self) -> dict[str, Any]:
        """Something is said, or it is said that there is nothing."""
        data: dict[str, Any] = super().clean() or {}
        given = data.get("themes") or data.get("keep") or (data.get("new_tag") or "").strip()
        if NOTHING not in self.data and not given and not self.errors:
            self.add_error("themes", "Choose a theme, or say that there is nothing to code.")
        return data

    @property
    def codes(self) -> list[Code]:
        """What was chosen; nothing where there is nothing to code."""
        if NOTHING in self.data:
            return []
        data = self.cleaned_data
        kept = [self.kept[one] for one in data["keep"]]
        return kept + [Code(int(theme), data["kind"]) for theme in data["themes"]]

    @property
    def new(self) -> str:
        """The new tag, unless there is nothing to code."""
        return "" if NOTHING in self.data else self.cleaned_data["new_tag"]


class SettleForm(ServiceForm):
    """What stands where two people differed: any of what they gave, and more."""

    codes = forms.MultipleChoiceField(label="What stands?", widget=Checkboxes, required=False)
    kind = forms.ChoiceField(
        label="And another theme, as (optional)", choices=list(KINDS.items()), required=False
    )
    theme = forms.ChoiceField(label="Another theme (optional)", required=False)

    def __init__(
        self,
        *args: Any,
        given: Sequence[tuple[Code, str]],
        offered: Iterable[Theme],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.given = {f"{code.theme}-{code.kind}": code for code, _ in given}
        words = zip(self.given, (label for _, label in given), strict=True)
        self.fields["codes"].choices = list(words)
        self.fields["theme"].choices = [
            ("", "None"),
            *((str(one.pk), one.label) for one in offered),
        ]
        self.dress()

    @property
    def chosen(self) -> list[Code]:
        """What was chosen."""
        data = self.cleaned_data
        found = [self.given[one] for one in data["codes"]]
        return [*found, Code(int(data["theme"]), data["kind"])] if data["theme"] else found


class QuotationForm(ServiceForm):
    """Words that may be printed as an example."""

    quotation = forms.CharField(
        label="What may be printed of it? (optional)",
        help_text="Written by you, without names and without anything that points to a child or a worker. "
        "Leave it empty if nothing may be printed.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=QUOTATION,
        required=False,
    )


class ThemeForm(ServiceForm):
    """A theme's name."""

    label = forms.CharField(
        label="Name",
        max_length=LONGEST,
        error_messages={"required": "Give the theme a name."},
    )


class MergeForm(ServiceForm):
    """Into which theme another one is merged."""

    into = forms.ModelChoiceField(
        label="Merge into",
        queryset=Theme.objects.none(),
        empty_label="Choose a theme",
        error_messages={"required": "Choose a theme to merge it into."},
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others


def whole(label: str, highest: int, hint: str = "", required: bool = False) -> forms.IntegerField:
    """A whole number, typed."""
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=1 if required else 0,
        max_value=highest,
        required=required,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a whole number.", "required": "Enter a whole number."},
    )


class RoundForm(ServiceForm):
    """How many texts are drawn, and who codes them."""

    number = whole(
        "How many texts?",
        MOST,
        "Fewer than 20 tell nothing about agreement; 30 or more are better.",
        True,
    )
    first = forms.ModelChoiceField(
        label="Who codes?",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        error_messages={"required": "Choose who codes."},
    )
    second = forms.ModelChoiceField(
        label="Who else?",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        error_messages={"required": "Choose who else codes."},
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = User.objects.filter(pk__in=[one.pk for one in people]).order_by("name")
        for name in ("first", "second"):
            self.fields[name].queryset = found
            self.fields[name].label_from_instance = lambda one: one.name


class ActivityForm(ServiceForm):
    """A learning activity."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    title = forms.CharField(
        label="What was it called?",
        max_length=200,
        error_messages={"required": "Enter a title."},
    )
    kind = forms.ChoiceField(
        label="What was it?",
        choices=ActivityKind.choices,
        widget=Radios,
        error_messages={"required": "Choose what it was."},
    )
    held_on = DateField(
        label="When was it?",
        help_text="The day on which it was held or took effect, for example 30 9 2026",
        error_messages={"required": "Enter the day."},
    )
    unit = forms.ModelChoiceField(
        label="For whom?",
        queryset=OrgUnit.objects.none(),
        empty_label="Everybody",
        required=False,
    )
    invited = whole("How many were invited? (optional)", 100_000)
    attended = whole("How many came? (optional)", 100_000)
    themes = forms.ModelMultipleChoiceField(
        label="Which themes was it about?",
        queryset=Theme.objects.none(),
        widget=Checkboxes,
        error_messages={"required": "Choose at least one theme."},
    )
    measure = forms.ChoiceField(
        label="What should change?",
        help_text="Looked at in the audits of the months before and after.",
        choices=Measured.choices,
        widget=Radios,
        initial=Measured.DEVELOP,
    )
    months = whole("How many months before and after are looked at?", 12, "", True)
    note = forms.CharField(
        label="Note (optional)",
        help_text="No names.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        required=False,
    )

    def __init__(
        self, *args: Any, units: Sequence[OrgUnit], themes: Any, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["unit"].queryset = OrgUnit.objects.filter(
            pk__in=[one.pk for one in units]
        ).order_by("name")
        self.fields["themes"].queryset = themes
        self.fields["months"].initial = MONTHS

    def clean_held_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError("Enter a day that is not in the future.")
        return day

    def clean(self) -> dict[str, Any]:
        """No more came than were invited."""
        data: dict[str, Any] = super().clean() or {}
        came, asked = data.get("attended"), data.get("invited")
        if came is not None and asked is not None and came > asked:
            self.add_error("attended", "No more can have come than were invited.")
        return data

    @property
    def held(self) -> Held:
        """What was typed."""
        data = {key: value for key, value in self.cleaned_data.items() if key != "token"}
        return Held(**data | {"themes": tuple(data["themes"])})


class ServiceChoice(forms.Form):
    """For which service the themes are shown."""

    service = forms.ModelChoiceField(
        label="Service or team",
        queryset=OrgUnit.objects.none(),
        empty_label="All services",
        required=False,
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )

    def __init__(self, *args: Any, units: Sequence[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = OrgUnit.objects.filter(pk__in=[one.pk for one in units]).order_by("name")
        self.fields["service"].queryset = found

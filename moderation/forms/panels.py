"""What the QA team types about a panel: which returns, when, who, and what it says for learning."""

from datetime import date
from typing import Any

from django import forms

from core.forms import Checkboxes, DateField, Radios, ServiceForm
from moderation.selectors.panels import Sitter
from people.models import User

DRAW, PICK = "draw", "pick"
DAY = "For example 21 7 2026"


def words_field(label: str, hint: str = "", rows: int = 4) -> forms.CharField:
    """A text that may stay empty."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=20_000,
        required=False,
    )


def sitter_choices(found: list[Sitter]) -> list[tuple[str, str]]:
    """People to choose, each with their posts."""
    return [(str(one.user.pk), f"{one.user.name} – {one.posts}") for one in found]


class DaysForm(ServiceForm):
    """Which edition's returns a panel looks at, and from which days."""

    version = forms.ChoiceField(
        label="Framework", widget=Radios, error_messages={"required": "Choose the framework."}
    )
    from_on = DateField(
        label="Returned from",
        help_text="By default the day after the last panel’s days",
        error_messages={"required": "Enter the first day of the returns."},
    )
    to_on = DateField(
        label="Returned until",
        help_text="This day must be over, so that all its returns are in",
        error_messages={"required": "Enter the last day of the returns."},
    )

    def __init__(
        self, *args: Any, editions: list[tuple[str, str]], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["version"].choices = editions
        if len(editions) == 1:
            self.fields["version"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("from_on"), data.get("to_on")
        if first and last and first > last:
            self.add_error("to_on", "The last day must not lie before the first.")
        elif last and last >= self.today:
            self.add_error("to_on", "Enter a day that is over.")
        return data


class SampleForm(ServiceForm):
    """When the panel meets, who sits on it, and how its audits are chosen."""

    held_on = DateField(
        label="When does the panel meet?",
        help_text=DAY,
        error_messages={"required": "Enter the day of the panel."},
    )
    chair = forms.ChoiceField(
        label="Chair", widget=Radios, error_messages={"required": "Choose the chair."}
    )
    members = forms.MultipleChoiceField(label="Members", required=False, widget=Checkboxes)
    how = forms.ChoiceField(
        label="How are the audits chosen?",
        widget=Radios,
        choices=[
            (DRAW, "Drawn by chance: the machine draws, and anybody can check it afterwards"),
            (PICK, "Picked by hand from the list below"),
        ],
        error_messages={"required": "Choose how the audits are chosen."},
    )
    number = forms.IntegerField(
        label="How many are drawn?",
        help_text="Only where they are drawn by chance",
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a whole number."},
    )
    picked = forms.MultipleChoiceField(
        label="Which audits are picked?",
        help_text="Only where they are picked by hand",
        required=False,
        widget=Checkboxes,
        error_messages={
            "invalid_choice": "One of the audits that you picked cannot be taken any more."
        },
    )
    notes = words_field("Notes", "Optional. Use no name of a child or a worker.", rows=3)

    def __init__(
        self,
        *args: Any,
        chairs: list[Sitter],
        members: list[Sitter],
        pool: list[tuple[str, str]],
        size: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.size = size
        self.people = {one.user.pk: one.user for one in [*chairs, *members]}
        self.fields["chair"].choices = sitter_choices(chairs)
        self.fields["members"].choices = sitter_choices(members)
        self.fields["picked"].choices = pool

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        how, number = data.get("how"), data.get("number")
        if how == DRAW and "number" not in self.errors and not 1 <= (number or 0) <= self.size:
            self.add_error("number", f"Enter a number from 1 to {self.size}.")
        if how == PICK and "picked" not in self.errors and not data.get("picked"):
            self.add_error("picked", "Pick at least one audit.")
        return data

    @property
    def chosen_chair(self) -> User:
        """Who chairs it."""
        return self.people[int(self.cleaned_data["chair"])]

    @property
    def chosen_members(self) -> tuple[User, ...]:
        """Who sits on it, in the framework's order."""
        return tuple(self.people[int(pk)] for pk in self.cleaned_data["members"])


class ChangeForm(ServiceForm):
    """What may be changed while a panel is planned, and what it writes down."""

    held_on = DateField(
        label="When does the panel meet?",
        help_text=DAY,
        error_messages={"required": "Enter the day of the panel."},
    )
    members = forms.MultipleChoiceField(label="Members", required=False, widget=Checkboxes)
    apologies = words_field("Apologies", "Who could not come", rows=2)
    messages = words_field(
        "Messages for learning",
        "What the panel wants others to learn from these audits. Use no name of a child, a worker or an auditor.",
        rows=6,
    )
    notes = words_field("Notes", "Use no name of a child or a worker.")

    def __init__(self, *args: Any, members: list[Sitter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {one.user.pk: one.user for one in members}
        self.fields["members"].choices = sitter_choices(members)

    @property
    def chosen_members(self) -> tuple[User, ...]:
        """Who sits on it now."""
        return tuple(self.people[int(pk)] for pk in self.cleaned_data["members"])

"""What an officer types when they raise a concern and take it up, and what those who are asked answer."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateField, Radios, ServiceForm
from escalation.models import Stage
from escalation.selectors.concerns import needs_worker
from people.models import User
from standards.policy import Ladder, Rung

DAY = "For example 21 7 2026"
NO_NAMES = "Use no name of a child."
LONG = 20_000
MOST_TAGS = 10


def text(label: str, error: str, hint: str = "", rows: int = 5) -> forms.CharField:
    """A text that must be there."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONG,
        error_messages={"required": error},
    )


def optional(label: str, hint: str = "", rows: int = 3) -> forms.CharField:
    """A text that may stay empty."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONG,
        required=False,
    )


class RaiseForm(ServiceForm):
    """A concern: about what, about whose work, what is expected, and the informal attempt."""

    reference = forms.CharField(
        label="Number of the case, or of the carer’s file",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    worker = forms.ChoiceField(
        label="Worker",
        help_text="Their line of management is asked stage by stage",
        required=False,
        widget=forms.Select,
    )
    concern = text("What is the concern?", "Enter what the concern is.", NO_NAMES)
    expectation = text(
        "What do you expect to happen?", "Enter what you expect to happen.", NO_NAMES
    )
    informal_on = DateField(
        label="When did you try to settle it informally?", help_text=DAY, required=False
    )
    informal_note = optional("What was said then?", NO_NAMES, rows=4)

    def __init__(
        self,
        *args: Any,
        ladder: Ladder,
        workers: list[tuple[User, str]],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.people = {str(one.pk): one for one, _ in workers}
        chosen = [(str(one.pk), words) for one, words in workers]
        self.fields["worker"].choices = [("", "Choose a worker"), *chosen]
        self.needed(
            "reference",
            not ladder.restricted,
            "Enter the number of the case or of the carer’s file.",
        )
        self.needed("worker", needs_worker(ladder), "Choose the worker.")
        informal = ladder.begins_informally
        self.needed("informal_on", informal, "Enter the day of the informal attempt.")
        self.needed("informal_note", informal, "Enter what was said in the informal attempt.")

    def needed(self, name: str, must: bool, error: str) -> None:
        """Ask for a field, or say that it may stay empty."""
        field = self.fields[name]
        field.required = must
        field.error_messages["required"] = error
        if not must:
            field.label = f"{field.label} (optional)"

    def clean_informal_on(self) -> date | None:
        day: date | None = self.cleaned_data["informal_on"]
        if day is not None and day > self.today:
            raise forms.ValidationError("The day must not lie in the future.")
        return day

    @property
    def chosen_worker(self) -> User | None:
        """Whose work it is about."""
        return self.people.get(self.cleaned_data["worker"])


class AnswerForm(ServiceForm):
    """The answer of those who are asked."""

    answer = text("Your answer", "Enter your answer.", NO_NAMES, rows=8)


class TimeForm(ServiceForm):
    """More time for the present stage."""

    until = DateField(
        label="New date", help_text=DAY, error_messages={"required": "Enter the new date."}
    )
    reason = text("Why is more time given?", "Say why more time is given.", NO_NAMES, rows=4)


class ConsultedForm(ServiceForm):
    """Who was consulted at the present stage, and the help to an advocate, where the framework asks for them."""

    consulted = optional("Who was consulted, and what did they say?", NO_NAMES, rows=5)
    advocate_on = DateField(
        label="When was the child told of their rights and helped to an advocate or lawyer?",
        help_text=DAY,
        required=False,
    )

    def __init__(self, *args: Any, asks: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "advocate" not in asks:
            del self.fields["advocate_on"]


class FurtherForm(ServiceForm):
    """Taking a concern further: to which stage, and why."""

    index = forms.ChoiceField(
        label="Which stage comes next?",
        widget=Radios,
        error_messages={"required": "Choose the stage."},
    )
    why = forms.ChoiceField(
        label="Why does it go further?",
        widget=Radios,
        choices=[(one.value, one.label) for one in Stage.Why if one.value],
        error_messages={"required": "Say why it goes further."},
    )
    reason = optional(
        "Anything to add",
        f"Say what you do not accept, or why stages are skipped. {NO_NAMES}",
        rows=4,
    )

    def __init__(
        self,
        *args: Any,
        rungs: list[tuple[int, Rung]],
        answered: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["index"].choices = [(str(index), rung.title) for index, rung in rungs]
        if len(rungs) == 1:
            self.fields["index"].widget = forms.HiddenInput()
            self.fields["index"].initial = str(rungs[0][0])
        if answered:
            self.fields["why"].widget = forms.HiddenInput()
            self.fields["why"].initial = Stage.Why.NOT_ACCEPTED.value


class HandOverForm(ServiceForm):
    """Who takes a concern over, and why."""

    officer = forms.ChoiceField(
        label="Who takes it over?",
        help_text="Those who may raise such a concern and are not asked now",
        widget=forms.Select,
        error_messages={"required": "Choose who takes it over."},
    )
    reason = text("Why is it handed over?", "Say why it is handed over.", NO_NAMES, rows=4)

    def __init__(self, *args: Any, people: list[tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one, _ in people}
        chosen = [(str(one.pk), f"{one.name} – {words}") for one, words in people]
        self.fields["officer"].choices = [("", "Choose an officer"), *chosen]

    @property
    def chosen(self) -> User:
        """Who takes it over."""
        return self.people[self.cleaned_data["officer"]]


class ResolveForm(ServiceForm):
    """The outcome, and what it teaches."""

    outcome = text("What is the outcome?", "Enter the outcome.", NO_NAMES, rows=6)
    tags = forms.CharField(
        label="What does it teach? (optional)",
        help_text="A few words each, with commas between them: care planning, visits. They are counted by quarter.",
        max_length=400,
        required=False,
        widget=forms.TextInput,
    )

    def clean_tags(self) -> list[str]:
        """The words between the commas."""
        found = [one.strip() for one in self.cleaned_data["tags"].split(",") if one.strip()]
        if len(found) > MOST_TAGS:
            raise forms.ValidationError(f"Enter at most {MOST_TAGS}.")
        if any(len(one) > 40 for one in found):
            raise forms.ValidationError("Keep each to 40 letters at most.")
        return found


class ReasonForm(ServiceForm):
    """Why a concern is opened again."""

    reason = text("Why is it opened again?", "Say why it is opened again.", NO_NAMES, rows=4)

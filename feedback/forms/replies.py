"""What somebody types in of a reply: when and how it came, what came of asking; the answers stand in a form below."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms

from cases.forms import table_field
from core.forms import DateField, Radios, ServiceForm
from feedback.sheets import WAYS
from feedback.states import EXPLAINED, Outcome
from standards.instruments import Instrument


class ReplyForm(ServiceForm):
    """The frame of one reply."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    case_number = forms.CharField(
        label="Case number",
        help_text="Leave it empty where the reply is about no case",
        max_length=40,
        required=False,
    )
    received_on = DateField(
        label="When was this?",
        error_messages={"required": "Enter the day on which you asked, or the reply came."},
    )
    way = forms.ChoiceField(
        label="How?", widget=Radios, error_messages={"required": "Choose how it came."}
    )
    outcome = forms.ChoiceField(
        label="What came of it?",
        widget=Radios,
        choices=Outcome.choices,
        error_messages={"required": "Choose what came of it."},
    )
    reason = forms.CharField(
        label="If there is no answer: what was tried, and why?", max_length=300, required=False
    )
    relation = forms.CharField(
        label="Who answered?",
        help_text="For example mother, grandfather, teacher. Use no names.",
        max_length=60,
        required=False,
    )
    respondent = forms.CharField(
        label="Name",
        help_text="Only the QA team reads it",
        max_length=120,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        instrument: Instrument,
        today: date,
        ways: Collection[str],
        with_case: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["way"].choices = [(code, WAYS[code]) for code in WAYS if code in ways]
        if len(ways) == 1:
            self.fields["way"].initial = next(iter(ways))
        if not with_case:
            del self.fields["case_number"]
        if instrument.privacy != "confidential":
            del self.fields["respondent"]
        if instrument.publishable:
            self.nominate(ways)

    def nominate(self, ways: Collection[str]) -> None:
        """Ask only what makes sense of a nomination: it is about no case, and somebody always says something."""
        self.fields.pop("case_number", None)
        self.initial["outcome"] = Outcome.ANSWERED
        for name in ["outcome", "reason", "relation", *(["way"] if len(ways) == 1 else [])]:
            self.fields[name].widget = forms.HiddenInput()
            self.fields[name].disabled = True
        if "respondent" in self.fields:
            self.fields["respondent"].label = "Name of whoever nominates"

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError("Enter a day that is not in the future.")
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") in EXPLAINED and not (data.get("reason") or "").strip():
            self.add_error("reason", "Say what was tried, or why there is no answer.")
        return data


class WarningForm(ServiceForm):
    """Why contact is not safe."""

    reason = forms.CharField(
        label="Why is contact not safe?",
        help_text="Everyone who may open the case can read this. Write what a caller must know, and no more.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2_000,
        error_messages={"required": "Say why contact is not safe."},
    )


class TableForm(ServiceForm):
    """A table of replies to take in."""

    instrument = forms.ChoiceField(
        label="Answers to", error_messages={"required": "Choose what was asked."}
    )
    file = table_field()

    def __init__(self, *args: Any, instruments: list[Instrument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = [(one.code, one.title) for one in instruments]

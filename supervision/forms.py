"""Writing a personal note."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from core.forms import DateField, ServiceForm
from supervision.services import Said

LONGEST = 20_000


class NoteForm(ServiceForm):
    """The day of the supervision and what is noted. Nothing typed here is kept before it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    held_on = DateField(
        label="Day of the supervision",
        error_messages={"required": "Enter the day of the supervision."},
    )
    text = forms.CharField(
        label="Your note",
        help_text="Write about the person’s work. Leave out the child’s name and the case number.",
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=LONGEST,
        error_messages={"required": "Write the note."},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"].setdefault("key", uuid4())
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_held_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError("Enter a day that has come.")
        return day

    @property
    def said(self) -> Said:
        """What was written."""
        return Said(self.cleaned_data["held_on"], self.cleaned_data["text"])

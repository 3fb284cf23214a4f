"""What somebody writes of what was heard: summaries, reports of surveys, themes; and actions that follow."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from actions.forms import AnyPlanForm, tags_of, themes_field
from core.forms import DateField, ServiceForm
from feedback.services.summaries import Heard
from feedback.services.survey_reports import Written

LONGEST = 10_000


class ThemesForm(ServiceForm):
    """Themes: ticked where the framework lists some, else written."""

    themes = forms.CharField(
        label="Themes (optional)",
        help_text="A word or two each, with commas between them",
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, listed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = list(self.initial.get("themes", ()))
        if listed:
            # What somebody gave before the framework listed themes stays to be ticked.
            self.fields["themes"] = themes_field(dict.fromkeys([*listed, *chosen]))
        else:
            self.initial = {**self.initial, "themes": ", ".join(chosen)}
        self.dress()

    def clean_themes(self) -> tuple[str, ...]:
        """The themes as single tags, each once."""
        return tags_of(self.cleaned_data["themes"])


def words(label: str, absent: str = "", hint: str = "", rows: int = 6) -> forms.CharField:
    """A text; optional without words for its absence."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONGEST,
        required=bool(absent),
        error_messages={"required": absent} if absent else None,
    )


class SummaryForm(ThemesForm):
    """What several people said on one occasion."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    held_on = DateField(
        label="When was this?",
        help_text="For example 30 9 2026",
        error_messages={"required": "Enter the day."},
    )
    people = forms.IntegerField(
        label="How many people took part? (optional)",
        min_value=1,
        max_value=100_000,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a whole number."},
    )
    heard = words(
        "What did they say?",
        "Say what they said.",
        "In a few sentences, as near to their own words as you can. Use no names.",
    )
    learning = words("What do we learn from it? (optional)", rows=3)
    field_order = ("token", "held_on", "people", "heard", "learning", "themes")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_held_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError("Enter a day that is not in the future.")
        return day

    @property
    def said(self) -> Heard:
        """What was typed."""
        data = dict(self.cleaned_data)
        data.pop("token")
        return Heard(**data)


class ReportForm(ThemesForm):
    """The report of a survey."""

    heard = words(
        "What has the survey shown?",
        "Say what the survey has shown.",
        "What people are content with, what worries them, and what has changed since the last survey. Use no names.",
    )
    next_steps = words(
        "What are the next steps? (optional)",
        hint="What will be done, in words. Record what somebody has to do by a day as an action below.",
    )
    field_order = ("heard", "next_steps", "themes")

    @property
    def written(self) -> Written:
        """What was typed."""
        return Written(**self.cleaned_data)


class FollowForm(AnyPlanForm):
    """An action that follows feedback: the page knows where it comes from, and which case it is about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "source_label", "case_number", "worker"):
            del self.fields[name]

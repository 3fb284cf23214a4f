"""Noting something beside a chart."""

from datetime import date

from django import forms

from core.forms import ServiceForm


class NoteForm(ServiceForm):
    """A month, what happened in it, and whether the limits begin anew there."""

    month = forms.DateField(
        label="Month",
        help_text="Any day of the month.",
        error_messages={
            "required": "Choose a day of the month.",
            "invalid": "Enter a day such as 4 May 2026.",
        },
        widget=forms.DateInput(
            {"type": "date", "class": "govuk-input govuk-input--width-10"}, "%Y-%m-%d"
        ),
    )
    words = forms.CharField(
        label="What happened",
        help_text="A few words, without names. Where limits begin anew: why.",
        max_length=120,
        error_messages={"required": "Say what happened, in a few words."},
    )
    rebased = forms.BooleanField(
        label="Work the average and the limits out anew from this month on", required=False
    )

    def clean_month(self) -> date:
        """The first day of the month."""
        day: date = self.cleaned_data["month"]
        return day.replace(day=1)

"""The form that enters days in the council's calendar."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateField, Radios, ServiceForm
from standards.models import CalendarDay


class CalendarForm(ServiceForm):
    """What kind of days, what they are called, from when to when."""

    kind = forms.ChoiceField(
        label="What is it?",
        choices=CalendarDay.Kind.choices,
        widget=Radios,
        error_messages={"required": "Choose what it is."},
    )
    name = forms.CharField(
        label="Name or reason",
        help_text="For example Council closed, Autumn term, Cycle 3",
        max_length=120,
        error_messages={"required": "Enter a name or the reason."},
    )
    from_on = DateField(label="First day", error_messages={"required": "Enter the first day."})
    to_on = DateField(
        label="Last day",
        required=False,
        help_text="Leave it empty for one day, or one week of a cycle",
    )

    def last_day(self) -> date:
        """The last day, which is the first where none is given."""
        data: dict[str, Any] = self.cleaned_data
        return data["to_on"] or data["from_on"]

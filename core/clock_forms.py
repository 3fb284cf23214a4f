"""The form that moves the test clock."""

from django import forms

from core.forms import DateField, ServiceForm, TimeInput


class ClockForm(ServiceForm):
    """A day and a time of day in London."""

    day = DateField(label="Day", error_messages={"required": "Enter the day."})
    time = forms.TimeField(
        label="Time",
        widget=TimeInput(),
        help_text="For example 06:00",
        error_messages={"required": "Enter the time."},
    )

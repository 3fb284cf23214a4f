"""What the QA team types on the programme's pages."""

from datetime import date
from typing import Any

from django import forms

from core.forms import DateField, ServiceForm
from people.models import User
from programme.requirements import Activity
from programme.services.year import MOST_AT_ONCE
from standards.deadlines import months_after


class DoneForm(ServiceForm):
    """When an activity without a form was done."""

    done_on = DateField(
        label="When was it done?", error_messages={"required": "Enter the day it was done."}
    )


class ExcuseForm(ServiceForm):
    """Why a post need not do something."""

    reason = forms.CharField(
        label="Why is it not required?",
        help_text="Everybody who may see this post’s programme reads the reason. Use no child’s name.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Give the reason."},
    )


class ExtraForm(ServiceForm):
    """Slots of an activity whose number the programme decides."""

    activity = forms.ChoiceField(
        label="Activity", error_messages={"required": "Choose the activity."}
    )
    month = forms.ChoiceField(label="Month", error_messages={"required": "Choose the month."})
    number = forms.IntegerField(
        label="How many in that month?",
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=1,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter how many.",
            "invalid": "Enter a number.",
            "min_value": "Enter a number from 1.",
            "max_value": f"Enter a number up to {MOST_AT_ONCE}.",
        },
    )

    def __init__(
        self,
        *args: Any,
        activities: list[Activity],
        year_on: date,
        without: set[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activity"].choices = [(one.code, one.title) for one in activities]
        months = [months_after(year_on, n) for n in range(12)]
        self.fields["month"].choices = [
            (f"{day:%Y-%m-%d}", f"{day:%B %Y}") for day in months if day.month not in without
        ]


class ThemeForm(ServiceForm):
    """A theme of the year (C2-7)."""

    title = forms.CharField(
        label="Theme", max_length=200, error_messages={"required": "Give the theme a title."}
    )
    lead = forms.ChoiceField(label="Who leads it?", error_messages={"required": "Choose the lead."})
    objectives = forms.CharField(
        label="What is it to find out?",
        help_text="The objectives, as agreed with the service leads.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Enter the objectives."},
    )
    sample = forms.IntegerField(
        label="How many files are looked at?",
        min_value=1,
        max_value=1000,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter how many files.",
            "invalid": "Enter a number.",
            "min_value": "The sample is at least one file.",
            "max_value": "Enter a number up to 1000.",
        },
    )
    quarter = forms.ChoiceField(label="Quarter", error_messages={"required": "Choose the quarter."})
    revisit = forms.ChoiceField(
        label="Quarter in which it is looked at again (if any)",
        help_text="A dip sample then shows whether practice has changed.",
        required=False,
    )

    def __init__(
        self, *args: Any, people: list[User], quarters: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        self.fields["lead"].choices = [
            ("", "Choose a person"),
            *((key, one.name) for key, one in self.people.items()),
        ]
        self.fields["quarter"].choices = quarters[:4]
        self.fields["revisit"].choices = [("", "It is not looked at again"), *quarters[1:]]

    @property
    def leader(self) -> User:
        """The person chosen."""
        return self.people[self.cleaned_data["lead"]]

    def day(self, name: str) -> date | None:
        """The first day of a chosen quarter."""
        text = self.cleaned_data.get(name)
        return date.fromisoformat(text) if text else None

"""What people type about a calibration: which audit, who grades, their own grade, what the talk brought."""

from datetime import date
from typing import Any

from django import forms

from audits.scoring import Overall
from audits.words import Choice
from core.forms import Checkboxes, DateField, Radios, ServiceForm
from moderation.asking import Said, judged
from moderation.forms.settling import reason_field
from moderation.forms.viewing import clean, words_of
from moderation.selectors.calibrating import Rater
from people.models import User
from standards.policy import Policy

NO_NAMES = "Use no name of a child, a worker or an auditor."
NONE = "none"


def rater_choices(found: list[Rater]) -> list[tuple[str, str]]:
    """People to choose, each with their posts."""
    return [(str(one.user.pk), f"{one.user.name} – {one.posts}") for one in found]


class FindForm(ServiceForm):
    """Which returned audit is graded."""

    audit = forms.CharField(
        label="Audit",
        help_text="The reference of a returned audit, for example 2026-0014",
        max_length=30,
        error_messages={"required": "Enter the reference of a returned audit."},
    )

    def clean_audit(self) -> str:
        return clean(self.cleaned_data["audit"]).strip()


class OpenForm(ServiceForm):
    """What it is called, who grades, and until when."""

    title = forms.CharField(
        label="Title",
        help_text=f"Those who grade read it. {NO_NAMES}",
        max_length=200,
        error_messages={"required": "Enter a title."},
    )
    closes_on = DateField(
        label="Until when do they grade?",
        help_text="For example 30 9 2026",
        error_messages={"required": "Enter the day until which they grade."},
    )
    raters = forms.MultipleChoiceField(
        label="Who grades?",
        help_text="At least three. Choose people who have not read this audit’s grade.",
        widget=Checkboxes,
        error_messages={"required": "Choose at least three people."},
    )

    def __init__(self, *args: Any, raters: list[Rater], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.people = {one.user.pk: one.user for one in raters}
        self.fields["raters"].choices = rater_choices(raters)

    def clean_title(self) -> str:
        return clean(self.cleaned_data["title"]).strip()

    def clean_closes_on(self) -> date:
        """A day that has not passed."""
        day: date = self.cleaned_data["closes_on"]
        if day < self.today:
            raise forms.ValidationError("Choose a day that has not passed.")
        return day

    @property
    def chosen(self) -> list[User]:
        """Who grades."""
        return [self.people[int(pk)] for pk in self.cleaned_data["raters"]]


class GradeForm(ServiceForm):
    """One's own grade, and why."""

    grade = forms.ChoiceField(
        label="Your grade", widget=Radios, error_messages={"required": "Choose your grade."}
    )
    rationale = reason_field(
        "Your reasons",
        "Give the reasons for your grade.",
        "What in the audit makes it this grade, and not the next one",
    )

    def __init__(
        self, *args: Any, choices: tuple[Choice, ...], policy: Policy, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        self.fields["grade"].choices = words_of(choices)

    def clean_rationale(self) -> str:
        return clean(self.cleaned_data["rationale"])

    @property
    def given(self) -> Overall | None:
        """The judgement that was chosen."""
        code = self.cleaned_data["grade"]
        said = Said(number=int(code)) if code.isdigit() else Said(code=code)
        return judged(said, self.policy)


class RaterForm(ServiceForm):
    """One more person who grades."""

    rater = forms.ChoiceField(
        label="Who else grades?", error_messages={"required": "Choose somebody."}
    )

    def __init__(self, *args: Any, raters: list[Rater], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {one.user.pk: one.user for one in raters}
        self.fields["rater"].choices = [("", "Choose somebody"), *rater_choices(raters)]

    @property
    def chosen(self) -> User:
        """The person."""
        return self.people[int(self.cleaned_data["rater"])]


class CloseForm(ServiceForm):
    """What the talk brought."""

    discussed = reason_field(
        "What did the talk bring?",
        "Write down what the talk brought.",
        f"Where people differed, and what you take from it. {NO_NAMES}",
    )
    agreed = forms.ChoiceField(
        label="Which grade did the group settle on?",
        help_text="The audit’s own grade does not change.",
        widget=Radios,
        error_messages={
            "required": "Choose the grade that you settled on, or that you settled on none."
        },
    )

    def __init__(self, *args: Any, grades: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].choices = [*grades, (NONE, "We did not settle on a grade")]

    def clean_discussed(self) -> str:
        return clean(self.cleaned_data["discussed"])

    @property
    def settled(self) -> str:
        """The grade's code; empty where there is none."""
        chosen: str = self.cleaned_data["agreed"]
        return "" if chosen == NONE else chosen

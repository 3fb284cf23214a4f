"""Reading what people type about reports."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from actions.forms import tags_of, themes_field
from actions.forms import text as long_text
from core.forms import DateField, Radios, ServiceForm
from people.models import User
from reporting.models import Recommendation, RecommendationReply
from reporting.sections import Place
from reporting.services.answering import Replied

LONGEST_RESPONSE = 20_000


class BeginForm(ServiceForm):
    """Which report, and of which months."""

    code = forms.ChoiceField(
        label="Which report?",
        widget=Radios,
        error_messages={"required": "Choose a report."},
    )
    day = DateField(
        label="Any day of the month or quarter that it is about",
        help_text="For example 30 6 2026",
        error_messages={"required": "Enter a day of the month or quarter."},
    )

    def __init__(self, *args: Any, codes: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = list(codes)
        self.dress()


class CommentaryForm(ServiceForm):
    """What is written in one place, on top of which save, and whether somebody has looked for names."""

    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 10}))
    saves = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    looked = forms.BooleanField(
        required=False, label="I have looked: no child and no worker is named"
    )

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, prefix=place.code.replace(".", "-"), **kwargs)
        self.place = place
        self.fields["text"].label = place.label
        self.fields["text"].help_text = place.hint
        self.fields["text"].widget.attrs["data-fills"] = "true"


class RecommendationForm(ServiceForm):
    """One recommendation: what, why, who, by when."""

    text = long_text("What do you recommend?", "Enter what you recommend.")
    why = long_text("Why, and what difference should it make for children? (optional)")
    owner = forms.ModelChoiceField(
        label="Who will see to it?",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        help_text="The report names their post, not them.",
        error_messages={"required": "Choose who will see to it."},
    )
    due_on = DateField(
        label="By when?",
        help_text="A real date, for example 30 9 2026",
        error_messages={"required": "Enter the date by which it will be done."},
    )
    themes = forms.CharField(
        label="Themes (optional)",
        help_text="A word or two each, with commas between them",
        max_length=300,
        required=False,
    )
    for_staff = forms.BooleanField(
        label="It stands in the version for all staff", required=False, initial=True
    )
    # Which field a problem belongs to, by the beginning of its words.
    PLACES = (
        ("Enter what", "text"),
        ("Say when", "text"),
        ("Choose who", "owner"),
        ("Enter the date", "due_on"),
        ("The date", "due_on"),
        ("The latest", "due_on"),
        ("Say how you will know", "why"),
    )

    def __init__(
        self, *args: Any, owners: Any, themes: list[str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners
        if themes:
            self.fields["themes"] = themes_field(themes)
        elif kept := self.initial.get("themes"):
            self.initial = {**self.initial, "themes": ", ".join(kept)}
        self.dress()

    def clean_themes(self) -> tuple[str, ...]:
        """The themes as single tags, each once."""
        return tags_of(self.cleaned_data["themes"])

    def add_problems(self, problems: Iterable[str]) -> None:
        """Each problem at the field it is about."""
        for words in problems:
            place = next((name for start, name in self.PLACES if words.startswith(start)), None)
            self.add_error(place, words)


class ResponseForm(ServiceForm):
    """Management's response, with an answer to each recommendation."""

    def __init__(
        self, *args: Any, recommendations: Iterable[Recommendation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.recommendations = list(recommendations)
        self.fields["text"] = forms.CharField(
            label="The response of the service",
            help_text="It is appended to the report word for word, with your name, your post and the date.",
            widget=forms.Textarea(attrs={"rows": 14}),
            max_length=LONGEST_RESPONSE,
            error_messages={"required": "Write the response."},
        )
        for one in self.recommendations:
            self.fields[f"answer-{one.pk}"] = forms.ChoiceField(
                label=f"Recommendation {one.number}: {one.text}",
                widget=Radios,
                choices=RecommendationReply.Answer.choices,
                error_messages={"required": f"Answer recommendation {one.number}."},
            )
            self.fields[f"text-{one.pk}"] = forms.CharField(
                label=f"On recommendation {one.number} (needed unless it is accepted in full)",
                widget=forms.Textarea(attrs={"rows": 3}),
                max_length=4000,
                required=False,
            )
        self.dress()

    def clean(self) -> dict[str, Any]:
        """What is not accepted in full needs its reason."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for one in self.recommendations:
            answer = found.get(f"answer-{one.pk}")
            if answer and answer != "accept" and not (found.get(f"text-{one.pk}") or "").strip():
                words = f"Say why recommendation {one.number} is not accepted in full."
                self.add_error(f"text-{one.pk}", words)
        return found

    def replies(self) -> dict[int, Replied]:
        """The answers by the recommendations' ids."""
        return {
            one.pk: Replied(
                self.cleaned_data[f"answer-{one.pk}"], self.cleaned_data[f"text-{one.pk}"]
            )
            for one in self.recommendations
        }


def month_before(on: date) -> date:
    """A day of the month before."""
    return date.fromordinal(on.replace(day=1).toordinal() - 1)

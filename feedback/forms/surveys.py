"""What the QA team types about a survey: which, when, how many links, and answers from paper or telephone."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms

from core.forms import DateField, Radios, ServiceForm
from feedback.answers import LONGEST
from feedback.selectors.surveys import last_day
from feedback.services.surveys import MOST_LINKS
from standards.instruments import AGREE, FACES, NUMBERS, Asked, Instrument

LIST, SLIPS = "list", "slips"
# A QR code takes a while to work out.
MOST_SLIPS = 200
BLANK = "Left blank"
FURTHEST = timedelta(days=731)


class PlanForm(ServiceForm):
    """Which instrument, under which title, from when to when."""

    instrument = forms.ChoiceField(
        label="Which survey?", widget=Radios, error_messages={"required": "Choose the survey."}
    )
    title = forms.CharField(
        label="Title",
        help_text="Those who answer read it, for example “Parents and carers, autumn 2026”",
        max_length=200,
        error_messages={"required": "Enter a title."},
    )
    opens_on = DateField(
        label="First day",
        help_text="For example 30 9 2026. The survey opens by itself on this day.",
        error_messages={"required": "Enter the first day."},
    )
    closes_on = DateField(
        label="Last day",
        help_text="Leave it empty for the usual length. The survey closes by itself when this day is over.",
        required=False,
    )

    def __init__(
        self, *args: Any, instruments: Iterable[Instrument], council_id: int, today: date, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.council_id, self.today = council_id, today
        self.instruments = {one.code: one for one in instruments}
        self.fields["instrument"].choices = [
            (one.code, length_in_words(one)) for one in self.instruments.values()
        ]

    def clean_opens_on(self) -> date:
        """A day that has not passed."""
        day: date = self.cleaned_data["opens_on"]
        if day < self.today:
            raise forms.ValidationError("Choose a day that has not passed.")
        if day > self.today + FURTHEST:
            raise forms.ValidationError("Choose a day within the next two years.")
        return day

    def clean(self) -> dict[str, Any]:
        """The last day: as typed, or by the usual length."""
        data: dict[str, Any] = super().clean() or {}
        opens_on, instrument = (
            data.get("opens_on"),
            self.instruments.get(data.get("instrument", "")),
        )
        if opens_on is None or instrument is None or "closes_on" in self.errors:
            return data
        if data.get("closes_on") is None:
            data["closes_on"] = last_day(instrument, opens_on, self.council_id)
        if data["closes_on"] is None:
            self.add_error("closes_on", "Enter the last day. The framework names no usual length.")
        elif data["closes_on"] < opens_on:
            self.add_error("closes_on", "The last day is before the first.")
        return data


def length_in_words(one: Instrument) -> str:
    """Parent survey (usually open for 2 weeks)."""
    return f"{one.title} (usually open for {one.runs_for.words})" if one.runs_for else one.title


class LinksForm(ServiceForm):
    """How many links, and as what."""

    how = forms.ChoiceField(
        label="What do you need?",
        widget=Radios,
        choices=[
            (LIST, "A list of links to copy"),
            (SLIPS, "A sheet of slips to print, each with a QR code"),
        ],
        error_messages={"required": "Choose a list or a sheet."},
    )
    number = forms.IntegerField(
        label="How many?",
        help_text=f"Each link is for one answer. At most {MOST_LINKS:,} links or {MOST_SLIPS} slips at a time.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages={"required": "Enter how many.", "invalid": "Enter a whole number."},
    )

    def clean(self) -> dict[str, Any]:
        """No more than can be made at a time."""
        data: dict[str, Any] = super().clean() or {}
        most = MOST_SLIPS if data.get("how") == SLIPS else MOST_LINKS
        if "number" not in self.errors and not 1 <= data["number"] <= most:
            self.add_error("number", f"Enter a number from 1 to {most:,}.")
        return data


class TypeInForm(ServiceForm):
    """One answer from paper or the telephone. Everything may stay empty; `feedback.answers` says what is wrong.

    `token` is new with each form that is shown, so that one that is sent twice keeps one answer.
    """

    token: UUID | None = None

    @staticmethod
    def token_of(sent: Mapping[str, Any]) -> UUID | None:
        """The token of a form that says only that somebody declined."""
        try:
            return UUID(str(sent.get("a-form_token", "")))
        except ValueError:
            return None

    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, prefix="a", **kwargs)
        self.instrument = instrument
        for one in instrument.fields:
            self.fields[one.code] = field_of(one)
        self.dress()

    def clean(self) -> dict[str, Any]:
        """Nothing at all is no answer."""
        data: dict[str, Any] = super().clean() or {}
        self.token = data.pop("form_token", None)
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(
                "Nothing is filled in. If the person chose not to answer, use the button below."
            )
        asked = {one.code for one in self.instrument.asks(data)}
        for one in self.instrument.fields:
            if one.shown_when and data.get(one.code) and one.code not in asked:
                before = self.instrument.asked(one.shown_when.field).label
                self.add_error(
                    one.code,
                    f"This is asked only after certain answers to “{before}”. Change one of the two.",
                )
        return data

    @property
    def given(self) -> dict[str, str]:
        """What was typed, as texts."""
        return {
            code: value.isoformat() if isinstance(value, date) else str(value or "")
            for code, value in self.cleaned_data.items()
        }

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """What the rules of the instrument found."""
        for code, words in faults.items():
            self.add_error(code, words)


def field_of(one: Asked) -> forms.Field:
    """The form field for one question: numbers are typed, as that is quickest from paper."""
    about: dict[str, Any] = {"label": one.label, "required": False, "help_text": help_of(one)}
    if one.kind == "date":
        return DateField(**about)
    if one.kind == "long_text":
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST[one.kind], **about
        )
    if one.kind == "short_text":
        return forms.CharField(max_length=LONGEST[one.kind], **about)
    if one.kind == "scale":
        return forms.CharField(
            widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
            max_length=20,
            **about,
        )
    if one.kind in NUMBERS:
        words = AGREE if one.kind == "agree" else FACES
        steps = [
            (str(step), f"{step} – {word}") for step, word in zip(one.steps, words, strict=True)
        ]
        return forms.ChoiceField(choices=[("", BLANK), *steps], **about)
    return forms.ChoiceField(choices=[("", BLANK), *one.options.items()], **about)


def help_of(one: Asked) -> str:
    """Which numbers answer a scale, and what its ends mean."""
    if one.kind != "scale":
        return one.help
    low, high = ((f" ({end})" if end else "") for end in (one.low, one.high))
    return f"{one.steps[0]}{low} to {one.steps[-1]}{high}"

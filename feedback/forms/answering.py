"""The questions of one page as form fields. Nothing has to be answered, and every word is in the page's language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.forms import DateField, DateInput, ServiceForm
from feedback.answers import LONGEST
from standards.instruments import AGREE, FACES, NUMBERS, Asked

# For the catalogues: what the instruments' own answers are called.
for word in (*AGREE, *FACES, gettext_noop("Yes"), gettext_noop("No")):
    gettext_noop(word)
WRONG_CHOICE = gettext_noop("Choose one of the answers.")
WRONG_DATE = gettext_noop("Enter a real date in numbers, for example 4 5 2026.")
# What is to be seen on each picture, by its name in the framework.
PICTURES = {
    "listen": gettext_noop("An ear that listens"),
    "talk": gettext_noop("Two people who talk"),
    "visit": gettext_noop("Somebody at a front door"),
    "family": gettext_noop("A family"),
    "home": gettext_noop("A house"),
    "school": gettext_noop("A school"),
    "safe": gettext_noop("A shield with a tick"),
    "happy": gettext_noop("A happy face"),
    "help": gettext_noop("Two hands that hold each other"),
    "plan": gettext_noop("A list with ticks"),
    "change": gettext_noop("Two arrows in a circle"),
    "worker": gettext_noop("A person with a badge"),
    "question": gettext_noop("A question mark"),
    "thanks": gettext_noop("A heart"),
}
TOO_LONG = gettext_noop(
    "Write at most %(limit_value)d characters. You have written %(show_value)d."
)


class TranslatedDateInput(DateInput):
    """Three boxes for a date, named in the page's language."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (_("Day"), _("Month"), _("Year"))
        for box, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            box["label"] = label
        return context


class TranslatedDateField(DateField):
    """A date, with one sentence for whatever is wrong with it."""

    widget = TranslatedDateInput

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            raise forms.ValidationError(_(WRONG_DATE), code="invalid") from None


class Text(forms.Textarea):
    """A text whose lines end as we keep and count them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return (super().value_from_datadict(data, files, name) or "").replace("\r\n", "\n")


class AnswersForm(ServiceForm):
    """Some questions of an instrument."""

    def __init__(
        self, asked: Iterable[Asked], *args: Any, language: str, easy: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for one in asked:
            field = field_of(one, language)
            field.required = False
            field.label = one.said("easy" if easy and one.easy else "label", language)
            field.kind = one.kind
            field.help_text = "" if easy else one.said("help", language)
            field.picture = one.picture if easy else ""
            field.alt = _(PICTURES[one.picture]) if one.picture else ""
            field.low, field.high = ends_of(one, language)
            self.fields[one.code] = field
        self.dress()

    @property
    def given(self) -> dict[str, str]:
        """What was answered well, as texts; an empty one takes an earlier answer away."""
        return {code: "" if value is None else str(value) for code, value in self.right.items()}

    @property
    def right(self) -> dict[str, Any]:
        """The values of the fields without a fault."""
        return {code: value for code, value in self.cleaned_data.items() if code in self.fields}

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """What the rules found that the form did not."""
        for code in faults:
            if code in self.fields:
                self.add_error(code, _(WRONG_CHOICE))


def field_of(one: Asked, language: str) -> forms.Field:
    """The form field that takes its answer."""
    if one.kind == "date":
        return TranslatedDateField()
    if one.kind in LONGEST:
        return text_field(one)
    field = forms.ChoiceField(choices=choices_of(one, language), widget=forms.RadioSelect)
    field.error_messages["invalid_choice"] = _(WRONG_CHOICE)
    return field


def text_field(one: Asked) -> forms.CharField:
    """A line, or a box for several."""
    short = one.kind == "short_text"
    field = forms.CharField(
        max_length=LONGEST[one.kind],
        widget=forms.TextInput() if short else Text({"rows": 5, "class": "govuk-textarea"}),
    )
    # Django's own sentence stands in too few languages.
    field.validators[0].message = _(TOO_LONG)
    return field


def choices_of(one: Asked, language: str) -> list[tuple[str, str]]:
    """Its answers by what is kept, with their words; the last is not to say."""
    words: dict[str, str]
    if one.kind in NUMBERS:
        named = {"agree": AGREE, "faces": FACES}.get(one.kind)
        names = [_(word) for word in named] if named else [str(step) for step in one.steps]
        words = {str(step): name for step, name in zip(one.steps, names, strict=True)}
    elif one.kind == "yes_no":
        words = {code: _(word) for code, word in one.options.items()}
    else:
        words = one.choices(language)
    return [*words.items(), ("", _("I do not want to say"))]


def ends_of(one: Asked, language: str) -> tuple[str, str]:
    """What the two ends of a scale mean, with their numbers, as the boxes stand in more than one row on a phone."""
    low, high = one.said("low", language), one.said("high", language)
    if not one.steps:
        return low, high
    return low and f"{one.steps[0]} = {low}", high and f"{one.steps[-1]} = {high}"

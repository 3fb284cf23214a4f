"""Forms of the framework pages: a file to upload, one value to change, warnings to accept, a first day."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.forms import DateField, Radios, ServiceForm
from standards.describing import About, Place, about
from standards.safe_yaml import LARGEST
from standards.schema import Warning
from standards.wording import UNITS, Names, in_words, is_duration, recipient, words_for

NOT_UTF8 = "The file is not text in UTF-8. Save it again as UTF-8."


class Boxes(forms.CheckboxSelectMultiple):
    """A group of checkboxes whose first control carries the field's own id, so that error links land on it."""

    template_name = "govuk/widgets/checkboxes.html"
    use_fieldset = True


class UploadForm(ServiceForm):
    """A framework's file, or its text once it has been uploaded and had faults."""

    file = forms.FileField(
        label="Framework file (YAML)",
        help_text="Up to 2 MB. It becomes a draft; nothing changes for audits until it is published.",
        required=False,
        error_messages={"empty": "The file is empty."},
    )
    text = forms.CharField(
        label="Or correct the text here",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "qa-code"}),
        required=False,
        strip=False,
    )
    replace = forms.BooleanField(label="Replace the draft", required=False)
    draft = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, draft: Any = None, with_text: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if draft is None:
            del self.fields["replace"], self.fields["draft"]
        else:
            self.fields["replace"].label = f"Replace the draft of edition {draft.edition}"
            self.initial.setdefault("draft", draft.checksum)
        if not with_text:
            del self.fields["text"]

    def clean_file(self) -> str:
        """The file's text."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size is None or file.size > LARGEST:
            raise forms.ValidationError("The file is larger than 2 MB.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(NOT_UTF8) from None

    def clean_text(self) -> str:
        """The text with lines that end as they do in files."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.whole:
            self.add_error("file", "Choose the framework's file.")
        return cleaned

    @property
    def whole(self) -> str:
        """What is to be loaded: the file, or else the text."""
        return str(self.cleaned_data.get("file") or self.cleaned_data.get("text", ""))

    @property
    def replaces(self) -> str:
        """The checksum of the draft that may be replaced."""
        return str(self.cleaned_data.get("draft", "")) if self.cleaned_data.get("replace") else ""


class FirstDayForm(ServiceForm):
    """When an edition comes into force, and the draft as it was seen."""

    first_day = DateField(
        label="First day",
        help_text="Audits allocated on this day or later are made under the edition. For example 1 4 2027.",
        error_messages={"required": "Enter the first day."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class AcceptForm(ServiceForm):
    """Warnings of one name that are accepted for one reason."""

    chosen = forms.MultipleChoiceField(
        label="Which",
        widget=Boxes,
        error_messages={"required": "Choose at least one."},
    )
    reason = forms.CharField(
        label="Why it is meant so",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        error_messages={"required": "Say why it is meant so."},
    )

    def __init__(self, data: Any, *, rows: list[Warning], **kwargs: Any) -> None:
        super().__init__(data, prefix=rows[0].name, **kwargs)
        field = self.fields["chosen"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(row.path, row.says) for row in rows]
        field.initial = [row.path for row in rows]


class ChangeForm(ServiceForm):
    """One value of the file: a text, a number, yes or no, one of some words, a list, a day, or a length of time."""

    current: Any = None

    @property
    def value(self) -> Any:
        """The new value as the file holds it."""
        if "number" in self.cleaned_data:
            return {**self.current, **{key: self.cleaned_data[key] for key in ("number", "unit")}}
        value = self.cleaned_data["value"]
        if isinstance(self.current, bool):
            return value == "yes"
        if isinstance(self.current, list) and isinstance(value, str):
            value = [line.strip() for line in value.splitlines() if line.strip()]
        if isinstance(self.current, list):
            return [int(one) for one in value] if self.numbers(value) else value
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    def numbers(self, lines: list[str]) -> bool:
        """Whether the list is one of numbers, and still is."""
        return (
            bool(self.current)
            and all(isinstance(one, int) for one in self.current)
            and all(line.lstrip("-").isdigit() for line in lines)
        )


def change_form(data: Any, *, current: Any, place: Place, names: Names, seen: str) -> ChangeForm:
    """The form for one value, with what the published schema says of it as its help."""
    meant = about(place)
    if is_duration(current):
        units = [(key, f"{word}s") for key, word in UNITS.items() if key in units_at(place)]
        fields: dict[str, forms.Field] = {
            "number": forms.IntegerField(label="How many", min_value=0, help_text=meant.hint),
            "unit": forms.ChoiceField(label="Of what", choices=units),
        }
    else:
        fields = {"value": field_for(current, meant, place, names)}
    fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False)
    for field in fields.values():
        field.error_messages["required"] = "Enter what it should say."
    kind: type[ChangeForm] = type("ThisChange", (ChangeForm,), {"current": current, **fields})
    return kind(data, initial={**starting(current, fields), "seen": seen})


def units_at(place: Place) -> tuple[str, ...]:
    """The units in which a length of time at this place may be written."""
    return about((*place, "unit")).words


def starting(current: Any, fields: dict[str, forms.Field]) -> dict[str, Any]:
    """What the form starts with."""
    if is_duration(current):
        return {"number": current["number"], "unit": current["unit"]}
    if isinstance(current, bool):
        return {"value": "yes" if current else "no"}
    if isinstance(current, list) and isinstance(fields["value"].widget, forms.Textarea):
        return {"value": "\n".join(str(one) for one in current)}
    return {"value": current}


def field_for(current: Any, meant: About, place: Place, names: Names) -> forms.Field:
    """The field that fits a value and what the schema says of it."""
    if isinstance(current, bool):
        pair = [("yes", "Yes"), ("no", "No")]
        return forms.ChoiceField(label="Value", choices=pair, widget=Radios, help_text=meant.hint)
    if place == ("framework", "effective_from"):
        return DateField(label="Day", help_text=meant.hint)
    if isinstance(current, int):
        return forms.IntegerField(
            label="Number",
            min_value=meant.minimum,
            max_value=meant.maximum,
            help_text=meant.hint,
        )
    if choices := choices_for(current, meant, place, names):
        if isinstance(current, list):
            return forms.MultipleChoiceField(
                label="Who" if meant.kind in {"recipient", "role"} else "Which",
                choices=choices,
                widget=Boxes,
                required=False,
            )
        return forms.ChoiceField(label="Value", choices=choices)
    if isinstance(current, list):
        rows = forms.Textarea(attrs={"rows": max(4, len(current) + 1)})
        return forms.CharField(
            label="One on each line", widget=rows, help_text=meant.hint, required=False
        )
    rows = forms.Textarea(attrs={"rows": max(2, 1 + len(str(current)) // 70)})
    return forms.CharField(label="Text", widget=rows, help_text=meant.hint)


# Whom a framework tells; posts are added by its own list.
PERSONS = ("auditor", "worker", "second_worker", "moderator", "owner", "officer")
LINE = ("line_manager", "next_level", "head_of_service", "senior_leader")
WHOLE = ("qa_officer", "qa_head", "reviewing_officer", "moderator", "panel_member", "report_reader")


def choices_for(current: Any, meant: About, place: Place, names: Names) -> list[tuple[str, str]]:
    """What may be chosen, in words, with what is chosen now; empty where one may write what one likes."""
    now = [str(one) for one in (current if isinstance(current, list) else [current])]
    keys = ["", "", *(step for step in place if isinstance(step, str))]
    if meant.kind == "recipient":
        known = dict.fromkeys(now) | dict.fromkeys(recipients(names))
        return [(code, sentence(recipient(code, names))) for code in known]
    words = words_for(names, meant, (keys[-2], keys[-1]))
    if keys[-1] == "to" and words:
        offered = dict(words) | {code: recipient(code, names) for code in recipients(names)}
    else:
        offered = dict(words)
    if not offered:
        return []
    missing = {code: in_words(code, names, place) for code in now if code not in offered}
    return [(code, sentence(label)) for code, label in {**missing, **offered}.items()]


def sentence(words: str) -> str:
    """Words with a capital at the front."""
    return words[:1].upper() + words[1:]


def recipients(names: Names) -> list[str]:
    """The recipients that are offered: people of an audit, the worker's and the auditor's line, the council's."""
    line = [f"{who}.{role}" for who in ("worker", "auditor") for role in LINE]
    posts = [f"council.post.{code}" for code in names.of["post_code"]]
    return [*PERSONS, *line, *(f"council.{role}" for role in WHOLE), *posts]

"""Form fields in the GOV.UK pattern: labels escaped, errors in words, links that land."""

from datetime import date, time
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

# Stands between the boxes of what cannot be a date; nobody types it into a box.
BETWEEN = "\n"
NOT_SAVED = "Your words below are not saved."


class Radios(forms.RadioSelect):
    """A radio group whose first control carries the field's own id, so that error links land on it."""

    template_name = "govuk/widgets/radios.html"
    use_fieldset = True


class Checkboxes(forms.CheckboxSelectMultiple):
    """A group of ticks whose first control carries the field's own id, so that error links land on it."""

    template_name = "govuk/widgets/checkboxes.html"
    use_fieldset = True


class DateInput(forms.MultiWidget):
    """A date in three boxes: day, month, year. What cannot be a date comes back as it was typed."""

    template_name = "govuk/widgets/date.html"
    use_fieldset = True
    group = True
    boxes = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([forms.TextInput, forms.TextInput, forms.TextInput], attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        return str(value).split(BETWEEN) if value else [None] * 3

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        day, month, year = (
            str(box or "").strip() for box in super().value_from_datadict(data, files, name)
        )
        if not (day or month or year):
            return ""
        typed = BETWEEN.join((day, month, year))
        try:
            return date(int(year), int(month), int(day)) if len(year) == 4 else typed
        except (ValueError, OverflowError):
            return typed

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, self.decompress(value), attrs)
        labels = zip(
            context["widget"]["subwidgets"], ("Day", "Month", "Year"), (2, 2, 4), strict=True
        )
        for box, label, width in labels:
            box["label"], box["width"] = label, width
        return context


class DateField(forms.DateField):
    """A date with words for what is wrong with it."""

    widget = DateInput
    default_error_messages = {"invalid": "Enter a real date in numbers, for example 4 5 2026."}

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date) or not value:
            return super().to_python(value)
        boxes = str(value).split(BETWEEN)
        absent = [
            name for name, box in zip(("day", "month", "year"), boxes, strict=False) if not box
        ]
        if absent:
            raise forms.ValidationError(
                f"The date must include a {' and a '.join(absent)}.", code="invalid"
            )
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class TimeInput(forms.TextInput):
    """A time of day, typed as 14:30."""

    def format_value(self, value: Any) -> str | None:
        return f"{value:%H:%M}" if isinstance(value, time) else super().format_value(value)


CLASSES: dict[type[forms.Widget], str] = {
    forms.Textarea: "govuk-textarea",
    forms.Select: "govuk-select",
    forms.ClearableFileInput: "govuk-file-upload",
    forms.FileInput: "govuk-file-upload",
    forms.CheckboxInput: "govuk-checkboxes__input",
    forms.TextInput: "govuk-input",
    forms.EmailInput: "govuk-input",
    forms.PasswordInput: "govuk-input",
    forms.NumberInput: "govuk-input",
    TimeInput: "govuk-input govuk-input--width-5",
}


class ServiceForm(forms.Form):
    """A form in the service's look; every error is in words and nothing typed is lost."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.template_pack = "govuk"

    def dress(self) -> None:
        """Give every field the service's look; a form that adds fields later calls it again."""
        for field in self.fields.values():
            if name := CLASSES.get(type(field.widget)):
                given = field.widget.attrs.get("class", "").split()
                field.widget.attrs["class"] = " ".join(dict.fromkeys([*name.split(), *given]))
            if isinstance(field.widget, forms.TextInput):
                field.widget.attrs.setdefault("autocomplete", "off")
            if isinstance(field, forms.TimeField):
                field.error_messages["invalid"] = "Enter a time, for example 14:30."

    @property
    def typed(self) -> bool:
        """Whether there are words that could be lost."""
        texts = [one for one in self if isinstance(one.field.widget, forms.Textarea)]
        return any(str(one.value() or "").strip() for one in texts)

    def too_late(self, why: str) -> None:
        """Hand back what was typed for a step that cannot be taken any more: why not, and the words to copy from."""
        self.errors.clear()
        self.add_error(None, f"{why} {NOT_SAVED}")
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["readonly"] = True

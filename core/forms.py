import datetime
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

CLASSES = {forms.Textarea: "govuk-textarea", forms.Select: "govuk-select", forms.ClearableFileInput: "govuk-file-upload",
           forms.CheckboxInput: "govuk-checkboxes__input", forms.TextInput: "govuk-input", forms.EmailInput: "govuk-input", forms.PasswordInput: "govuk-input", forms.NumberInput: "govuk-input"}


class Radios(forms.RadioSelect):
    template_name = "govuk/widgets/radios.html"
    hints = {}

    def create_option(self, name, value, *a, **k):
        o = super().create_option(name, value, *a, **k)
        o["hint"] = self.hints.get(value)
        return o

    def id_for_label(self, id_, index=None):  # the first radio carries the field's own id: the error summary links to it
        return super().id_for_label(id_, index)


class DateInput(forms.MultiWidget):
    template_name = "govuk/widgets/date.html"
    use_fieldset = True
    group = True

    def __init__(self, attrs=None):
        super().__init__([forms.TextInput, forms.TextInput, forms.TextInput], attrs)

    def decompress(self, v):
        return [v.day, v.month, v.year] if v else [None] * 3

    def value_from_datadict(self, data, files, name):
        d, m, y = super().value_from_datadict(data, files, name)
        if not (d or m or y):
            return ""
        try:
            return datetime.date(int(y), int(m), int(d))
        except (TypeError, ValueError):
            return f"{d}/{m}/{y}"      # kept, so that DateField reports it as invalid

    def get_context(self, name, value, attrs):
        if isinstance(value, str) and value:
            value = value.split("/")
        c = super().get_context(name, value, attrs)
        for w, label, width in zip(c["widget"]["subwidgets"], ("Day", "Month", "Year"), (2, 2, 4)):
            w["label"], w["width"] = label, width
        return c


class ServiceForm(forms.Form):
    use_required_attribute = False
    maxlens: dict = {}

    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        for n, f in self.fields.items():
            c = CLASSES.get(type(f.widget))
            if c:
                f.widget.attrs["class"] = f"{c} {f.widget.attrs.get('class', '')}".strip()
            if n in self.maxlens:
                f.widget.attrs["class"] += " govuk-js-character-count"
                f.widget.attrs.pop("maxlength", None)
        self.helper = FormHelper()
        self.helper.template_pack = "govuk"
        self.helper.layout = Layout(*[Field(n, **({"maxlen": self.maxlens[n]} if 0 else {})) for n in self.fields])

    def full_clean(self):
        super().full_clean()
        for n in getattr(self, "_errors", {}) or {}:
            w = self.fields[n].widget if n in self.fields else None
            if w is not None and "govuk-" in w.attrs.get("class", "") :
                base = w.attrs["class"].split()[0]
                if "checkboxes" not in base and f"{base}--error" not in w.attrs["class"]:
                    w.attrs["class"] += f" {base}--error"


class TimeInput(forms.TextInput):
    pass

"""Uploading a file."""

from typing import Any

from django import forms

from cases.kinds import fixed
from cases.models import ImportRun
from core.forms import Radios, ServiceForm


def table_field() -> forms.FileField:
    """A field for a table to take in."""
    return forms.FileField(
        label="CSV or Excel file",
        help_text="A .csv or .xlsx file of up to 20 MB.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


def fixed_kinds() -> list[tuple[str, str]]:
    """The kinds of files that have a template."""
    return [(code, ImportRun.Kind(code).label) for code in fixed()]


class UploadForm(ServiceForm):
    """Which file it is, and the file."""

    kind = forms.ChoiceField(
        label="What is in the file?",
        choices=fixed_kinds,
        widget=Radios,
        error_messages={"required": "Choose what is in the file."},
    )
    file = table_field()

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **more: Any) -> None:
        """Offer the kinds that this person imports."""
        super().__init__(*args, **more)
        self.fields["kind"].choices = kinds

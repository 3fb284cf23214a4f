"""Uploading a file."""

from django import forms

from cases.models import ImportRun
from core.forms import Radios, ServiceForm


class UploadForm(ServiceForm):
    """Which file it is, and the file."""

    kind = forms.ChoiceField(
        label="What is in the file?",
        choices=ImportRun.Kind.choices,
        widget=Radios,
        error_messages={"required": "Choose what is in the file."},
    )
    file = forms.FileField(
        label="CSV or Excel file",
        help_text="A .csv or .xlsx file of up to 20 MB.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

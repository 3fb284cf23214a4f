"""What may be shown of a nomination."""

from django import forms

from core.forms import ServiceForm


class PraiseForm(ServiceForm):
    """The text that all staff may read."""

    text = forms.CharField(
        label="What all staff may read",
        help_text="Tell what was done and what it changed. Name nobody, and nothing by which a child or family could be known.",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4_000,
        error_messages={"required": "Write what all staff may read."},
    )

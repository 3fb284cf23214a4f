"""Holding a rung back."""

from typing import Any

from django import forms

from core.forms import Radios, ServiceForm

EVERY = "every"


class HoldForm(ServiceForm):
    """Which rung is held back, and why."""

    which = forms.ChoiceField(
        label="What is held back?",
        widget=Radios,
        error_messages={"required": "Choose what is held back."},
    )
    reason = forms.CharField(
        label="Why is it held back?",
        help_text="The reason stays with it. Use no name of a child or a worker.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        error_messages={"required": "Say why it is held back."},
    )

    def __init__(self, *args: Any, rungs: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [
            *((str(index), f"Only this rung: {title}") for index, title in rungs),
            (EVERY, "Every rung that is still to come"),
        ]

    @property
    def rung(self) -> int | None:
        """The rung that was chosen; None for all of them."""
        which = self.cleaned_data["which"]
        return None if which == EVERY else int(which)

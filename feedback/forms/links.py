"""For whom a link is made, and in which form."""

from typing import Any

from django import forms

from core.forms import Radios, ServiceForm
from standards.instruments import Instrument

LANGUAGES = {"en": "English", "cy": "Welsh", "pl": "Polish", "ur": "Urdu"}
EASY = "easy"


class LinkForm(ServiceForm):
    """One link: who answers, in which language, in plain words or in easy read."""

    relation = forms.CharField(
        label="Who will answer?",
        help_text="For example mother, grandfather, teacher. Use no names.",
        max_length=60,
        error_messages={"required": "Say who will answer, without a name."},
    )
    language = forms.ChoiceField(label="Language", widget=Radios, initial="en")
    form = forms.ChoiceField(
        label="How are the questions put?",
        widget=Radios,
        choices=[("plain", "In plain words"), (EASY, "In easy read, with pictures")],
        initial="plain",
    )

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = instrument.languages
        self.fields["language"].choices = [(one, LANGUAGES.get(one, one)) for one in languages]
        if len(languages) == 1:
            self.fields["language"].widget = forms.HiddenInput()
        if not instrument.easy_read:
            self.fields["form"].widget = forms.HiddenInput()

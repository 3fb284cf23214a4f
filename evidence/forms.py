"""Adding a picture or a document."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from core.forms import ServiceForm
from evidence.naming import shown_name


class FileForm(ServiceForm):
    """One file, what it shows, and whether nobody can be known from it."""

    file = forms.FileField(
        label="Picture or PDF",
        allow_empty_file=True,
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp,.pdf"}),
    )
    caption = forms.CharField(
        label="What it shows",
        help_text="Without names. People who cannot see the picture have this read to them.",
        max_length=300,
        widget=forms.TextInput,
        error_messages={"required": "Say in a few words what it shows."},
    )
    anonymised = forms.BooleanField(
        label="Names and faces are hidden",
        help_text="Until you confirm this, only you can see it.",
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        most = settings.EVIDENCE_MAX_BYTES // 1024 // 1024
        self.fields["file"].help_text = f"JPEG, PNG, WebP or PDF of up to {most} MB."

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large before any of it is read; the words name the file."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.EVIDENCE_MAX_BYTES:
            most = settings.EVIDENCE_MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(
                f"“{shown_name(file.name or '')}” is larger than {most} MB."
            )
        return file

"""Forms about signing in. A password is taken as it is typed, and never hashed when it is longer than anybody types.

What is typed is kept exactly, as Unicode code points: not trimmed, not normalised (docs/decisions/0021-sign-in.md).
"""

import logging
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField, SetPasswordField
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base import forms as second_step
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from core.forms import Checkboxes
from people.factors import Closed
from people.models import Council, User
from people.roles import WORDS, Role

log = logging.getLogger(__name__)
LONGEST = 128
TOO_LONG = f"A password has at most {LONGEST} characters."
HINT = (
    "At least 12 characters. Three or four words that have nothing to do with each other are easy to remember. "
    "Spaces and any other characters are fine."
)


def limit(form: forms.Form, *names: str) -> None:
    """Refuse longer passwords before anything is worked out from them; a browser never cuts one silently."""
    for name in names:
        field = form.fields[name]
        field.validators.append(shorter)
        field.widget.attrs.pop("placeholder", None)


def shorter(value: str) -> None:
    """Raises ValidationError for a password that is too long."""
    if len(value) > LONGEST:
        raise ValidationError(TOO_LONG, code="password_too_long")


class LoginForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].validators.append(as_wrong)
        self.fields["login"].max_length = 254


def as_wrong(value: str) -> None:
    """Raises ValidationError in the words of a wrong password for one that nobody can have."""
    if len(value) > LONGEST:
        raise get_adapter().validation_error("email_password_mismatch")


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self, "password")


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self, "oldpassword", "password1", "password2")
        label(self, oldpassword="Your present password")


class SetPasswordForm(account.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self, "password1", "password2")
        label(self)


class ResetPasswordKeyForm(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self, "password1", "password2")
        label(self)


class FirstPasswordForm(account.PasswordVerificationMixin, forms.Form):
    """Choosing the first password, by an invitation's link."""

    password1 = SetPasswordField()
    password2 = PasswordField(autocomplete="new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].user = user
        limit(self, "password1", "password2")
        label(self)


def label(form: forms.Form, **more: str) -> None:
    """The words of the fields for a new password."""
    words = {"password1": "New password", "password2": "New password again"} | more
    for name, text in words.items():
        form.fields[name].label = text
    form.fields["password1"].help_text = HINT


class RulesForm(forms.Form):
    """What a council asks for when its people sign in."""

    roles = forms.MultipleChoiceField(
        label="Who needs a second step to sign in?",
        help_text="Everybody who holds a post with one of these roles. The second step is a code from an app on "
        "their phone, or a passkey. At their next page they see only how to set it up.",
        choices=[(role.value, WORDS[role].capitalize().replace("Qa ", "QA ")) for role in Role],
        widget=Checkboxes,
        required=False,
    )
    single_sign_on_only = forms.BooleanField(
        label="Passwords open the service to administrators only; everybody else comes by our council’s own sign-in",
        required=False,
    )

    def __init__(self, *args: Any, council: Council, possible: bool, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "roles": council.second_factor_roles,
                "single_sign_on_only": council.single_sign_on_only,
            },
        )
        super().__init__(*args, **kwargs)
        if not possible:
            del self.fields["single_sign_on_only"]
        self.helper = FormHelper()
        self.helper.form_tag = False


class CodeMixin(second_step.BaseAuthenticateForm):
    """A code from an app, or a recovery code; where no key opens the secret, each is a wrong one."""

    def clean_code(self) -> str:
        """Raises ValidationError in the words of a wrong code."""
        try:
            return str(super().clean_code())
        except Closed:
            log.error("a second factor cannot be opened by any key of QA_DATA_KEYS")
            raise get_factor_adapter().validation_error("incorrect_code") from None


class CodeForm(CodeMixin, second_step.AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(CodeMixin, second_step.ReauthenticateForm):
    """A code as a proof of who one is."""


class PasskeyForm(AddWebAuthnForm):
    """Adding a passkey: its name, and whether it opens the account by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "A name for it"
        self.fields["name"].help_text = "For example: my work laptop."
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = "Sign in with this passkey alone, without my password"
        self.fields[
            "passwordless"
        ].help_text = (
            "Your phone or computer asks for your fingerprint, your face or its PIN each time."
        )

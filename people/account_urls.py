"""Signing in and out, passwords and second factors: only the pages that we use."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("security/", mfa.index, name="mfa_index"),
    path("security/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("security/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("security/app/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("security/app/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "security/codes/generate/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "security/codes/download/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

"""Signing in and out, passwords and second factors: only the pages that we use."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.urls import path, re_path

from people import sign_in_views as ours
from people.sensitive import asks_again

urlpatterns = [
    path("login/", ours.SignIn.as_view(), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", asks_again(views.password_set), name="account_set_password"),
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
    path("invitation/", ours.invitation_password, name="invitation-password"),
    path("invitation/<str:secret>/", ours.invitation, name="invitation"),
    path("council/called-off/", ours.called_off, name="socialaccount_login_cancelled"),
    path("council/<slug:provider_id>/", ours.go_to_council, name="single-sign-on"),
    path(
        "council/<slug:provider_id>/back/", ours.back_from_council, name="openid_connect_callback"
    ),
    path("security/", login_required(ours.Overview.as_view()), name="mfa_index"),
    path("security/needed/", ours.second_factor_needed, name="second-factor-needed"),
    path("security/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("security/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("security/app/activate/", asks_again(totp.activate_totp), name="mfa_activate_totp"),
    path("security/app/deactivate/", asks_again(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", asks_again(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "security/codes/generate/",
        asks_again(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "security/codes/download/",
        asks_again(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("security/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("security/passkeys/add/", asks_again(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("security/passkeys/sign-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path(
        "security/passkeys/reauthenticate/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "security/passkeys/<int:pk>/remove/",
        asks_again(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "security/passkeys/<int:pk>/edit/",
        asks_again(passkeys.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path("sessions/", ours.my_sessions, name="my-sessions"),
    path("sessions/others/end/", ours.end_other_sessions, name="end-other-sessions"),
    path("sessions/<int:pk>/end/", ours.end_session, name="end-session"),
]

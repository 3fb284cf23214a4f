"""The map of routes."""

from django.urls import include, path

from core import views

handler500 = views.failed
urlpatterns = [
    path("", include("audits.urls")),
    path("", include("moderation.urls")),
    path("", include("programme.urls")),
    path("", include("cases.urls")),
    path("", include("people.urls")),
    path("", include("reporting.urls")),
    path("", include("standards.urls")),
    path("accounts/", include("people.account_urls")),
    path("health/", views.health, name="health"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("brand.css", views.brand, name="brand"),
    path("messages/", views.messages, name="messages"),
    path("messages/<int:pk>/", views.open_message, name="open-message"),
]

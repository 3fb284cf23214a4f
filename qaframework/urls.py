"""The map of routes."""

from django.urls import include, path

from core import views

urlpatterns = [
    path("", include("audits.urls")),
    path("", include("programme.urls")),
    path("", include("reporting.urls")),
    path("accounts/", include("allauth.urls")),
    path("health/", views.health, name="health"),
    path("messages/", views.messages, name="messages"),
    path("messages/<int:pk>/", views.open_message, name="open-message"),
]

"""The routes of planning and allocating."""

from django.urls import path

from programme import views

urlpatterns = [
    path("allocate/", views.choose_case, name="allocate"),
    path("allocate/<int:pk>/", views.allocate_case, name="allocate-case"),
]

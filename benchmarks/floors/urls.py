"""The floors' addresses."""

from django.urls import path

from benchmarks.floors import views

urlpatterns = [
    path("f0/", views.constant),
    path("f1/", views.table),
    path("f2/", views.form),
    path("f3/<int:pk>/", views.change),
]

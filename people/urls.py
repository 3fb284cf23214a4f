"""The routes of the people pages."""

from django.urls import path

from people import views

urlpatterns = [path("people/", views.people, name="people")]

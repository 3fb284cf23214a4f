"""The routes of the framework pages."""

from django.urls import path

from standards import calendar_views, views

urlpatterns = [
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/<int:pk>/remove/", calendar_views.remove, name="remove-calendar-day"),
    path("frameworks/", views.framework_list, name="frameworks"),
    path("frameworks/upload/", views.upload, name="upload-framework"),
    path("frameworks/schema/", views.schema_file, name="framework-schema"),
    path("frameworks/<int:pk>/", views.framework, name="framework"),
    path("frameworks/<int:pk>/search/", views.search, name="search-framework"),
    path("frameworks/<int:pk>/file/", views.download, name="framework-file"),
    path("frameworks/<int:pk>/difference/", views.difference, name="framework-difference"),
    path("frameworks/<int:pk>/change/", views.change, name="change-framework"),
    path("frameworks/<int:pk>/warnings/", views.warning_list, name="framework-warnings"),
    path("frameworks/<int:pk>/confirm/", views.confirm, name="confirm-assumption"),
    path("frameworks/<int:pk>/propose/", views.propose, name="propose-framework"),
    path("frameworks/<int:pk>/approve/", views.approve, name="approve-framework"),
    path("frameworks/<int:pk>/retire/", views.retire, name="retire-framework"),
    path("frameworks/<int:pk>/forms/<slug:tool_code>/", views.preview, name="preview-form"),
    path("frameworks/<int:pk>/<slug:page_code>/", views.framework, name="framework-page"),
]

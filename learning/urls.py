"""Routes of learning."""

from django.urls import path

from learning.views import activities, coding, rounds, themes

urlpatterns = [
    path("learning/", themes.themes, name="learning"),
    path("learning/file/", themes.themes_file, name="learning-file"),
    path("learning/themes/<int:pk>/", themes.theme, name="learning-theme"),
    path("learning/list/", themes.theme_list, name="theme-list"),
    path("learning/list/<int:pk>/", themes.change_theme, name="change-theme"),
    path("learning/coding/", coding.coding, name="coding"),
    path("learning/coding/<int:pk>/", coding.code, name="coding-extract"),
    path("learning/coding/<int:pk>/quotation/", coding.quotation, name="quotation"),
    path("learning/rounds/", rounds.rounds, name="blind-rounds"),
    path("learning/rounds/<int:pk>/", rounds.round_, name="blind-round"),
    path("learning/rounds/<int:pk>/<int:order>/", rounds.item, name="blind-item"),
    path("learning/activities/", activities.activities, name="learning-activities"),
    path("learning/activities/new/", activities.new_activity, name="new-learning-activity"),
    path("learning/activities/<int:pk>/", activities.activity, name="learning-activity"),
    path(
        "learning/activities/<int:pk>/change/", activities.change, name="change-learning-activity"
    ),
]

"""The routes of actions. No address holds a name or a case number."""

from django.urls import path

from actions.views import many, one, steps, tracker

urlpatterns = [
    path("actions/", tracker.tracker, name="actions"),
    path("actions/file/<str:form>/", tracker.download, name="actions-file"),
    path("actions/views/save/", tracker.save_view, name="save-action-view"),
    path("actions/views/<int:pk>/remove/", tracker.remove_view, name="remove-action-view"),
    path("actions/new/", one.new, name="new-action"),
    path("actions/reassign/", many.reassign, name="reassign-actions"),
    path("actions/supervision/", many.supervision, name="supervision"),
    path("actions/<int:pk>/", one.page, name="action-page"),
    path("actions/<int:pk>/start/", steps.start, name="start-action"),
    path("actions/<int:pk>/done/", steps.finish, name="finish-action"),
    path("actions/<int:pk>/sign-off/", steps.sign, name="sign-off-action"),
    path("actions/<int:pk>/send-back/", steps.back, name="send-back-action"),
    path("actions/<int:pk>/date/", steps.date, name="action-date"),
    path("actions/<int:pk>/withdraw/", steps.take_back, name="withdraw-action"),
    path("actions/<int:pk>/review/", steps.review, name="review-action"),
    path("actions/<int:pk>/impact/", steps.impact, name="action-impact"),
]

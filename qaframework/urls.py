"""The map of routes."""

from django.urls import include, path

from core import clock_views, job_views, views

handler400 = views.bad_request
handler500 = views.failed
urlpatterns = [
    path("", include("audits.urls")),
    path("", include("moderation.urls")),
    path("", include("programme.urls")),
    path("", include("actions.urls")),
    path("", include("cases.urls")),
    path("", include("escalation.urls")),
    path("", include("people.urls")),
    path("", include("feedback.urls")),
    path("", include("learning.urls")),
    path("", include("reporting.urls")),
    path("", include("standards.urls")),
    path("", include("supervision.urls")),
    path("", include("partners.urls")),
    path("", include("evidence.urls")),
    path("", include("retention.urls")),
    path("accounts/", include("people.account_urls")),
    path("health/", views.health, name="health"),
    path("ready/", views.ready, name="ready"),
    path("saving/", views.saving, name="saving"),
    path("metrics/", views.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("brand.css", views.brand, name="brand"),
    path("messages/", views.messages, name="messages"),
    path("messages/<int:pk>/", views.open_message, name="open-message"),
    path("messages/choose/", views.choose_mail, name="choose-mail"),
    path("jobs/", job_views.jobs, name="jobs"),
    path("jobs/<int:pk>/retry/", job_views.retry_job, name="retry-job"),
    path("jobs/messages/", job_views.message_log, name="message-log"),
    path("jobs/messages/<int:pk>/retry/", job_views.retry_message, name="retry-message"),
    path("clock/", clock_views.test_clock, name="test-clock"),
    path("clock/forward/", clock_views.forward, name="forward-clock"),
    path("clock/run/", clock_views.run, name="run-clock"),
]

"""Routes of late things and of concerns."""

from django.urls import path

from escalation.views import concerns, late, steps

urlpatterns = [
    path("escalations/", late.escalations, name="escalations"),
    path("escalations/<int:pk>/hold/", late.hold, name="hold-back"),
    path("escalations/holds/<int:pk>/let-go/", late.let_go, name="let-go"),
    path("concerns/", concerns.concerns, name="concerns"),
    path("concerns/learning/", concerns.learn, name="concerns-learning"),
    path("concerns/raise/<slug:ladder>/", concerns.raise_one, name="raise-concern"),
    path("concerns/<uuid:key>/", concerns.concern, name="concern"),
    path("concerns/<uuid:key>/answer/", steps.answer, name="answer-concern"),
    path("concerns/<uuid:key>/time/", steps.give_time, name="concern-time"),
    path("concerns/<uuid:key>/consulted/", steps.consulted, name="concern-consulted"),
    path("concerns/<uuid:key>/further/", steps.further, name="concern-further"),
    path("concerns/<uuid:key>/hand-over/", steps.hand_over, name="hand-over-concern"),
    path("concerns/<uuid:key>/resolve/", steps.resolve, name="resolve-concern"),
    path("concerns/<uuid:key>/reopen/", steps.reopen, name="reopen-concern"),
]

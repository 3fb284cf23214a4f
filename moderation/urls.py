"""Addresses of moderation."""

from django.urls import path

from moderation.views import calibrating, moderating, panels, rounds, settling, trust

urlpatterns = [
    path("audits/<int:pk>/moderation/", moderating.of_audit, name="audit-moderation"),
    path("audits/<int:pk>/moderation/choose/", settling.choose, name="choose-moderation"),
    path("moderation/", moderating.moderations, name="moderations"),
    path("moderation/rounds/", rounds.rounds, name="rounds"),
    path("moderation/rounds/month/", rounds.run_month, name="run-month"),
    path("moderation/rounds/list/", rounds.run_list, name="run-list"),
    path("moderation/rounds/<int:pk>/", rounds.round_, name="round"),
    path("moderation/rounds/<int:pk>/certificate/", rounds.certificate, name="round-certificate"),
    path("moderation/rounds/<int:pk>/pool/", rounds.pool, name="round-pool"),
    path("moderation/panels/", panels.panels, name="panels"),
    path("moderation/panels/new/", panels.new_panel, name="new-panel"),
    path("moderation/panels/<int:pk>/", panels.panel, name="panel"),
    path("moderation/panels/<int:pk>/change/", panels.change_panel, name="change-panel"),
    path("moderation/panels/<int:pk>/close/", panels.close_panel, name="close-panel"),
    path("moderation/calibrations/", calibrating.calibrations, name="calibrations"),
    path("moderation/calibrations/new/", calibrating.new_calibration, name="new-calibration"),
    path("moderation/calibrations/<int:pk>/", calibrating.calibration, name="calibration"),
    path(
        "moderation/calibrations/<int:pk>/show/",
        calibrating.show_calibration,
        name="show-calibration",
    ),
    path(
        "moderation/calibrations/<int:pk>/close/",
        calibrating.close_calibration,
        name="close-calibration",
    ),
    path("moderation/calibrations/<int:pk>/add/", calibrating.add_rater, name="add-rater"),
    path(
        "moderation/calibrations/<int:pk>/take-out/",
        calibrating.take_rater_out,
        name="take-rater-out",
    ),
    path("moderation/trust/", trust.page, name="trust"),
    path("moderation/trust/file/", trust.download, name="trust-file"),
    path("moderation/trust/auditors/", trust.auditors, name="trust-auditors"),
    path("moderation/my-grading/", trust.my_grading, name="my-grading"),
    path("moderation/<int:pk>/", moderating.moderation, name="moderation"),
    path("moderation/<int:pk>/assign/", settling.assign, name="assign-moderation"),
    path("moderation/<int:pk>/leave/", settling.leave, name="leave-moderation"),
    path("moderation/<int:pk>/view/", moderating.view, name="moderation-view"),
    path("moderation/<int:pk>/action/", moderating.action, name="moderation-action"),
    path("moderation/<int:pk>/meeting/", settling.meeting, name="moderation-meeting"),
    path("moderation/<int:pk>/escalate/", settling.escalate, name="escalate-moderation"),
    path("moderation/<int:pk>/decide/", settling.decide, name="decide-moderation"),
    path("moderation/<int:pk>/leftover/", settling.leftover, name="moderation-leftover"),
]

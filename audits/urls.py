"""The routes of an audit. No address holds a name or a case number."""

from django.urls import path

from audits.views import filling, following, pages, recording

urlpatterns = [
    path("", pages.my_work, name="my-work"),
    path("audits/", pages.audit_list, name="audits"),
    path("being-audited/", pages.being_audited, name="being-audited"),
    path("audits/<int:pk>/", pages.audit, name="audit"),
    path("audits/<int:pk>/meeting/", pages.meeting, name="set-meeting"),
    path("audits/<int:pk>/start/", pages.start, name="start-session"),
    path("audits/<int:pk>/return/", pages.return_, name="return-audit"),
    path("audits/<int:pk>/query/", pages.note, {"step": "query_grade"}, name="query-grade"),
    path(
        "audits/<int:pk>/advice/", pages.note, {"step": "advise_on_grade"}, name="advise-on-grade"
    ),
    path("audits/<int:pk>/reopen/", pages.note, {"step": "reopen_audit"}, name="reopen-audit"),
    path("audits/<int:pk>/raised/", pages.raised, name="mark-raised"),
    path("audits/<int:pk>/actions/new/", recording.action, name="record-action"),
    path("audits/<int:pk>/actions/<int:action_pk>/", recording.action, name="change-action"),
    path(
        "audits/<int:pk>/actions/<int:action_pk>/remove/",
        recording.remove_action,
        name="remove-action",
    ),
    path("loops/", following.loop_list, name="loops"),
    path("watch-list/", following.watch_list, name="watch-list"),
    path("audits/<int:pk>/loop/", following.loop, name="loop"),
    path("audits/<int:pk>/loop/authorise/", following.authorise_loop, name="authorise-loop"),
    path("audits/<int:pk>/loop/link/", following.link_loop, name="link-loop"),
    path(
        "audits/<int:pk>/loop/send-back/",
        following.loop_step,
        {"step": "refuse"},
        name="refuse-loop",
    ),
    path(
        "audits/<int:pk>/loop/leave-out/",
        following.loop_step,
        {"step": "leave-out"},
        name="leave-out-loop",
    ),
    path(
        "audits/<int:pk>/loop/take-up/",
        following.loop_step,
        {"step": "take-up"},
        name="take-up-loop",
    ),
    path("audits/<int:pk>/confirm/<slug:code>/", following.confirm_closure, name="confirm-closure"),
    path("audits/<int:pk>/form/<slug:section_code>/", filling.page, name="section"),
    path("audits/<int:pk>/form/<slug:section_code>/finish/", filling.finish, name="finish-section"),
    path(
        "audits/<int:pk>/form/<slug:section_code>/changes/", filling.changes, name="section-changes"
    ),
    path(
        "audits/<int:pk>/form/<slug:section_code>/question/<slug:question_code>/",
        filling.page,
        name="question",
    ),
    path(
        "audits/<int:pk>/form/<slug:section_code>/question/<slug:question_code>/changes/",
        filling.changes,
        name="question-changes",
    ),
    path(
        "audits/<int:pk>/questions/<slug:question_code>/guidance/",
        filling.guidance,
        name="guidance",
    ),
    path(
        "audits/<int:pk>/questions/<slug:question_code>/confirm/",
        filling.confirm,
        name="confirm-question",
    ),
    path("audits/<int:pk>/answers/<str:part_code>/<int:instance>/", filling.answer, name="answer"),
    path(
        "audits/<int:pk>/answers/<str:part_code>/earlier/", filling.earlier, name="earlier-answers"
    ),
]

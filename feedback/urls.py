"""Addresses of feedback."""

from django.urls import path

from feedback.views import (
    bringing,
    following,
    heard,
    links,
    praise,
    public,
    replies,
    statements,
    surveys,
    taking_part,
)

# Open to everybody who holds a link.
PUBLIC = [
    path("answer/<str:link>/", public.start, name="answer"),
    path("answer/<str:link>/<int:number>/", public.question, name="answer-page"),
    path("answer/<str:link>/check/", public.check, name="answer-check"),
    path("answer/<str:link>/decline/", public.refuse, name="answer-decline"),
]
# What is said where somebody knows whose reply it is.
REPLIES = [
    path("feedback/replies/", replies.replies, name="replies"),
    path("feedback/replies/take-in/", replies.take_in, name="take-in-replies"),
    path("feedback/replies/type-in/<str:code>/", replies.type_in, name="type-in-reply"),
    path(
        "feedback/replies/table/<str:code>.<str:form>",
        replies.replies_table,
        name="replies-table",
    ),
    path("feedback/replies/<uuid:key>/", replies.reply, name="reply"),
    path("feedback/replies/<uuid:key>/praise/", praise.write, name="write-praise"),
    path("feedback/replies/<uuid:key>/themes/", heard.tag, name="tag-reply"),
    path("feedback/replies/<uuid:key>/action/", following.act_on_reply, name="act-on-reply"),
    path("feedback/summaries/", heard.summaries, name="summaries"),
    path("feedback/summaries/new/<str:code>/", heard.new_summary, name="new-summary"),
    path("feedback/summaries/<int:pk>/", heard.summary, name="summary"),
    path("feedback/who-answered/", heard.funnel, name="feedback-funnel"),
    path("feedback/themes/", heard.themes, name="feedback-themes"),
    path("feedback/themes/file/", heard.themes_file, name="feedback-themes-file"),
    path("feedback/statements/", statements.statements, name="statements"),
    path("recognition/", praise.recognition, name="recognition"),
    path("recognition/<int:pk>/show/", praise.show, name="show-praise"),
    path("audits/<int:pk>/feedback/", replies.audit_feedback, name="audit-feedback"),
    path(
        "audits/<int:pk>/feedback/<str:code>/",
        replies.type_in_with_audit,
        name="type-in-with-audit",
    ),
    path(
        "audits/<int:pk>/feedback/replies/<uuid:key>/bring-in/",
        bringing.bring_reply_in,
        name="bring-reply-in",
    ),
    path("audits/<int:pk>/feedback/<str:code>/link/", links.make_link, name="make-link"),
    path(
        "audits/<int:pk>/feedback/links/<int:link>/take-back/",
        links.take_link_back,
        name="take-link-back",
    ),
    path("cases/<int:pk>/contact/", replies.contact, name="contact"),
]
# Surveys of many people, and where staff get their link.
SURVEYS = [
    path("feedback/", surveys.surveys, name="surveys"),
    path("feedback/surveys/plan/", surveys.plan_survey, name="plan-survey"),
    path("feedback/surveys/<int:pk>/", surveys.survey, name="survey"),
    path("feedback/surveys/<int:pk>/open/", surveys.step, {"name": "open"}, name="open-survey"),
    path("feedback/surveys/<int:pk>/close/", surveys.step, {"name": "close"}, name="close-survey"),
    path(
        "feedback/surveys/<int:pk>/call-off/",
        surveys.step,
        {"name": "call-off"},
        name="call-survey-off",
    ),
    path(
        "feedback/surveys/<int:pk>/take-links-back/",
        surveys.step,
        {"name": "take-links-back"},
        name="take-links-back",
    ),
    path("feedback/surveys/<int:pk>/links/", surveys.links, name="survey-links"),
    path("feedback/surveys/<int:pk>/type-in/", surveys.type_in_answer, name="type-in-answer"),
    path("feedback/surveys/<int:pk>/results/", surveys.results, name="survey-results"),
    path(
        "feedback/surveys/<int:pk>/results/<str:kind>/",
        surveys.results_file,
        name="survey-results-file",
    ),
    path("feedback/surveys/<int:pk>/report/", following.survey_report, name="survey-report"),
    path("feedback/surveys/<int:pk>/action/", following.act_on_survey, name="act-on-survey"),
    path("take-part/", taking_part.mine, name="take-part"),
    path("take-part/<int:pk>/", taking_part.give_link, name="take-part-link"),
    path("take-part/new/<str:code>/", taking_part.give_form, name="take-part-form"),
]
urlpatterns = [*PUBLIC, *REPLIES, *SURVEYS]

"""The routes of records and documents."""

from django.urls import path

from reporting.views import audits, documents, figures, moderations

urlpatterns = [
    path("grades/", figures.grades, name="grades"),
    path("audits/<int:pk>/record/", audits.audit_record, name="audit-record"),
    path("audits/<int:pk>/record.docx", audits.word, name="audit-word"),
    path("audits/<int:pk>/record/pdf/", audits.ask, name="ask-for-pdf"),
    path("draws/<int:pk>/certificate/pdf/", documents.ask_certificate, name="ask-for-certificate"),
    path("moderation/<int:pk>/record/", moderations.moderation_record, name="moderation-record"),
    path("moderation/<int:pk>/record.docx", moderations.word, name="moderation-word"),
    path("moderation/<int:pk>/record/pdf/", moderations.ask, name="ask-for-moderation-pdf"),
    path("moderation/panels/<int:pk>/minutes/pdf/", documents.ask_minutes, name="ask-for-minutes"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/file/", documents.document_file, name="document-file"),
]

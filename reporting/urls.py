"""The routes of records and documents."""

from django.urls import path

from reporting import views

urlpatterns = [
    path("grades/", views.grades, name="grades"),
    path("audits/<int:pk>/record/", views.audit_record, name="audit-record"),
    path("audits/<int:pk>/record.docx", views.word, name="audit-word"),
    path("audits/<int:pk>/record/pdf/", views.ask, name="ask-for-pdf"),
    path("draws/<int:pk>/certificate/pdf/", views.ask_certificate, name="ask-for-certificate"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/file/", views.document_file, name="document-file"),
]

"""The routes of cases and imports."""

from django.urls import path

from cases import views

urlpatterns = [
    path("cases/", views.case_list, name="cases"),
    path("cases/<int:pk>/", views.case, name="case"),
    path("import/", views.import_, name="import"),
    path("import/<int:pk>/", views.import_run, name="import-run"),
    path("import/<int:pk>/confirm/", views.import_confirm, name="import-confirm"),
    path("import/<int:pk>/faults.csv", views.import_faults, name="import-faults"),
    path("import/<slug:kind>-template.<slug:form>", views.import_template, name="import-template"),
]

"""The routes of data protection: erasing, holds, and requests for what is kept."""

from django.urls import path

from retention.views import overview, requests

urlpatterns = [
    path("data-protection/", overview.overview, name="data-protection"),
    path("data-protection/erasing/new/", overview.propose, name="propose-erasing"),
    path("data-protection/erasing/<int:number>/", overview.erasing, name="erasing"),
    path("data-protection/erasing/<int:number>/list/", overview.erasing_list, name="erasing-list"),
    path("data-protection/erasing/<int:number>/approve/", overview.approve, name="approve-erasing"),
    path("data-protection/erasing/<int:number>/refuse/", overview.refuse, name="refuse-erasing"),
    path("data-protection/erasing/<int:number>/again/", overview.try_again, name="erasing-again"),
    path("data-protection/holds/", overview.holds, name="retention-holds"),
    path("data-protection/holds/new/", overview.new_hold, name="new-retention-hold"),
    path("data-protection/holds/<int:pk>/lift/", overview.lift_hold, name="lift-retention-hold"),
    path("data-protection/requests/new/", requests.new_request, name="new-subject-request"),
    path("data-protection/requests/<uuid:key>/", requests.subject_request, name="subject-request"),
    path(
        "data-protection/requests/<uuid:key>/confirm/",
        requests.confirm_request,
        name="confirm-subject-request",
    ),
    path("data-protection/requests/<uuid:key>/file/", requests.subject_file, name="subject-file"),
    path(
        "data-protection/requests/<uuid:key>/again/",
        requests.gather_again,
        name="subject-request-again",
    ),
    path(
        "data-protection/requests/<uuid:key>/erase/",
        requests.erase_request,
        name="erase-subject-request",
    ),
]

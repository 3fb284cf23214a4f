"""The routes of personal supervision. No address holds a name, and a note's says nothing of whose it is."""

from django.urls import path

from supervision import views

urlpatterns = [
    path("supervision/", views.supervision, name="personal-supervision"),
    path("supervision/share/", views.share_all, name="share-supervision-notes"),
    path("supervision/people/<int:pk>/", views.person, name="supervision-person"),
    path("supervision/people/<int:pk>/new/", views.write, name="write-supervision-note"),
    path("supervision/notes/<uuid:key>/", views.note, name="supervision-note"),
    path("supervision/notes/<uuid:key>/correct/", views.correct, name="correct-supervision-note"),
    path(
        "supervision/notes/<uuid:key>/read/", views.acknowledge, name="acknowledge-supervision-note"
    ),
    path("supervision/notes/<uuid:key>/share/", views.share, name="share-supervision-note"),
    path(
        "supervision/notes/<uuid:key>/stop-sharing/",
        views.stop_sharing,
        name="stop-sharing-supervision-note",
    ),
]

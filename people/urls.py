"""The routes of the people pages."""

from django.urls import path

from people import sign_in_views, trail_views
from people.views import access, listing, persons

urlpatterns = [
    path("trail/", trail_views.trail, name="trail"),
    path("trail/file/", trail_views.trail_file, name="trail-file"),
    path("people/", listing.people, name="people"),
    path("people/add/", persons.add_person, name="add-person"),
    path("people/access/", access.access, name="access"),
    path("people/review/", access.review, name="access-review"),
    path("people/left-work/", access.left, name="left-work"),
    path("people/sign-in/", sign_in_views.sign_in_rules, name="sign-in-rules"),
    path(
        "people/<int:pk>/second-factor/",
        sign_in_views.take_factors_away,
        name="take-factors-away",
    ),
    path("people/<int:pk>/", persons.person, name="person"),
    path("people/<int:pk>/invite/", persons.ask_in_again, name="invite-again"),
    path("people/<int:pk>/sign-out/", persons.sign_out_everywhere, name="sign-out-everywhere"),
    path("people/<int:pk>/give-post/", persons.give_post, name="give-post"),
    path("people/<int:pk>/leave/", persons.leave, name="leave"),
    path("people/<int:pk>/hand-over/", persons.hand_over, name="hand-over-work"),
    path("people/posts/<int:pk>/move/", persons.move_post, name="move-post"),
    path("people/posts/<int:pk>/end/", persons.end_post, name="end-post"),
]

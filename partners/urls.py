"""The routes of partners. Everything under invited/ opens with the link alone; the logs hide what follows."""

from django.urls import path

from partners.views import inviting, public

urlpatterns = [
    path("audits/<int:pk>/partners/", inviting.partners, name="audit-partners"),
    path("audits/<int:pk>/partners/new/", inviting.invite_partner, name="invite-partner"),
    path(
        "audits/<int:pk>/partners/<int:invitation>/renew/",
        inviting.renew_invitation,
        name="renew-partner",
    ),
    path(
        "audits/<int:pk>/partners/<int:invitation>/take-back/",
        inviting.withdraw_invitation,
        name="withdraw-partner",
    ),
    path("invited/<str:token>/", public.invited, name="invited"),
    path("invited/<str:token>/sections/<slug:code>/", public.section, name="invited-section"),
    path("invited/<str:token>/hand-in/", public.finish, name="invited-hand-in"),
]

"""The routes of the evidence pages: the same four for an audit and for an action."""

from django.urls import URLPattern, path

from evidence import views


def routes(kind: str, start: str) -> list[URLPattern]:
    """The pages of the files of one kind of thing."""
    extra = {"kind": kind}
    one = f"{start}/<int:pk>/files/<int:file>/"
    return [
        path(f"{start}/<int:pk>/files/", views.files, extra, name=f"{kind}-files"),
        path(one, views.open_file, extra, name=f"{kind}-file"),
        path(f"{one}share/", views.share_file, extra, name=f"share-{kind}-file"),
        path(f"{one}remove/", views.remove_file, extra, name=f"remove-{kind}-file"),
    ]


urlpatterns = [*routes("audit", "audits"), *routes("action", "actions")]

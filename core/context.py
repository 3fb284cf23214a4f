"""What every page knows: the service's name and the menu of the person signed in."""

from django.http import HttpRequest


def service(request: HttpRequest) -> dict[str, object]:
    """The council and the number of unread messages, asked only when a page shows them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"service_name": "QA Framework", "council": None}
    return {"service_name": "QA Framework", "council": user.council}

"""Forms about people and their posts."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from core.forms import DateField, Radios, ServiceForm
from people.models import Council, Post, PostHolding, User
from people.selectors import OpenWork

NOBODY = ("", "Nobody yet: it stays on the list of work to hand over")
BY_COUNCIL = (
    "They sign in with it, by your council's own sign-in. We send a link to it to this address."
)
END_OF_DAY, AT_ONCE = "day", "now"


def posts_of_council(council: Council) -> list[tuple[str, str]]:
    """Every post as a choice: its title, unit and code."""
    rows = Post.objects.filter(council=council).select_related("type", "unit")
    found = [(str(one.pk), f"{one.type.title}, {one.unit.name} ({one.code})") for one in rows]
    return sorted(found, key=lambda one: one[1])


def people_of_council(council: Council, without: Iterable[int], on: date) -> list[tuple[str, str]]:
    """Everybody who holds a post on the day as a choice, with their posts."""
    rows = PostHolding.objects.current(on).filter(post__council=council, user__is_active=True)
    rows = rows.exclude(user__in=list(without)).select_related("user", "post__type", "post__unit")
    posts: dict[tuple[str, int], list[str]] = {}
    for one in rows:
        place = f"{one.post.type.title}, {one.post.unit.name}"
        posts.setdefault((one.user.name, one.user_id), []).append(place)
    return [(str(pk), f"{name} – {'; '.join(held)}") for (name, pk), held in sorted(posts.items())]


class PersonForm(ServiceForm):
    """Somebody who is new to the service."""

    name = forms.CharField(
        label="Full name",
        max_length=120,
        error_messages={"required": "Enter their first name and family name."},
    )
    email = forms.EmailField(
        label="Work e-mail address",
        max_length=200,
        help_text="They sign in with it. We send a link for choosing a password to this address.",
        error_messages={
            "required": "Enter their e-mail address.",
            "invalid": "Enter an e-mail address like name@example.org.",
        },
    )
    staff_number = forms.CharField(
        label="Staff number (if you use them)",
        max_length=40,
        required=False,
        help_text="So that the next import of the staff list knows them.",
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if council.single_sign_on_only:
            self.fields["email"].help_text = BY_COUNCIL


class PostForm(ServiceForm):
    """Which post, from when, to when, and whether as a deputy."""

    post = forms.ChoiceField(label="Post", error_messages={"required": "Choose a post."})
    from_on = DateField(
        label="First day",
        error_messages={"required": "Enter the first day."},
    )
    to_on = DateField(
        label="Last day (if it is known)", required=False, help_text="For example when they cover."
    )
    cover = forms.BooleanField(label="They cover for whoever holds this post", required=False)

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [("", "Choose a post"), *posts_of_council(council)]


class MoveForm(PostForm):
    """Which post they move to, and when; the other ends the day before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["to_on"]
        self.fields["from_on"].label = "First day in the new post"
        self.fields["from_on"].help_text = "The other post ends the day before."


class WhenForm(ServiceForm):
    """Whether something ends with a day, or at once; `last_day` is None for at once."""

    when = forms.ChoiceField(
        choices=[(END_OF_DAY, "At the end of a day"), (AT_ONCE, "At once")],
        widget=Radios,
        error_messages={"required": "Choose whether it ends with a day or at once."},
    )
    last_day = DateField(
        label="Last day", required=False, help_text="Only for “At the end of a day”."
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        when, day = said.get("when"), said.get("last_day")
        if when == END_OF_DAY and day is None and "last_day" not in self.errors:
            self.add_error("last_day", "Enter the last day.")
        if when == AT_ONCE and day is not None:
            self.add_error("last_day", "Take the last day away, or choose “At the end of a day”.")
        return said


class EndForm(WhenForm):
    """When somebody's post ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["when"].label = "When does the post end?"


class HandOverForm(ServiceForm):
    """To whom each kind of open work goes; their manager, unless somebody else is chosen."""

    def __init__(
        self,
        *args: Any,
        work: Sequence[OpenWork],
        people: list[tuple[str, str]],
        manager: User | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        usual = str(manager.pk) if manager else ""
        self.kinds = {f"to_{one.kind.name}": one.kind.name for one in work if one.kind.hand}
        for one in work:
            if one.kind.hand:
                self.fields[f"to_{one.kind.name}"] = forms.ChoiceField(
                    label=f"Who takes over {one.words}?",
                    choices=[NOBODY, *people],
                    required=False,
                    initial=usual if usual in dict(people) else "",
                )
        self.dress()

    @property
    def to(self) -> dict[str, int]:
        """Whom each kind goes to, by the kind's name; without those that stay."""
        given = {name: self.cleaned_data[field] for field, name in self.kinds.items()}
        return {name: int(pk) for name, pk in given.items() if pk}


class LeaveForm(HandOverForm, WhenForm):
    """When somebody leaves, and to whom the work goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["when"].label = "When do they leave?"
        self.fields["when"].help_text = "Until then they can sign in."
        self.fields["last_day"].label = "Last day here"

"""Councils, the organisation tree, posts that report to posts, and who holds them when."""

from datetime import date
from typing import Any

import rules
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from people.querysets import (
    AccessReviewQuerySet,
    OrgUnitQuerySet,
    PostHoldingQuerySet,
    PostQuerySet,
    UserQuerySet,
)
from people.roles import Role


class Council(models.Model):
    """One council: everything below it is invisible to every other council."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    brand_colour = models.CharField(max_length=7, default="#12436d")
    second_factor_roles = ArrayField(
        models.CharField(max_length=40, choices=[(r.value, r.value) for r in Role]),
        default=list,
        blank=True,
        help_text="who holds one of these roles signs in with a second factor",
    )
    single_sign_on_only = models.BooleanField(
        default=False, help_text="passwords open the service to administrators only"
    )

    def __str__(self) -> str:
        return self.name


class OrgUnit(models.Model):
    """A directorate, service or team; `path` lists the ids from the top, so a branch is one prefix."""

    class Kind(models.TextChoices):
        DIRECTORATE = "directorate", "Directorate"
        SERVICE = "service", "Service"
        TEAM = "team", "Team"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200, blank=True, db_index=True)

    objects = OrgUnitQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["council", "code"], name="unit_code_once")]

    def __str__(self) -> str:
        return self.name


class PostType(models.Model):
    """A kind of post in one council (team manager, IRO…) and the engine roles it carries."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="post_types")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    roles = ArrayField(
        models.CharField(max_length=40, choices=[(r.value, r.value) for r in Role]), default=list
    )

    class Meta:
        ordering = ("title",)
        constraints = [models.UniqueConstraint(fields=["council", "code"], name="post_type_once")]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """One post in the organisation; it reports to another post and stays when people come and go."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="posts")
    type = models.ForeignKey(PostType, on_delete=models.PROTECT, related_name="posts")
    reports_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    code = models.CharField(max_length=40)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(fields=["council", "code"], name="post_code_once"),
            models.CheckConstraint(
                condition=~Q(reports_to=F("id")), name="post_not_its_own_manager"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type.title}, {self.unit.name}"


class UserManager(BaseUserManager["User"]):
    """Makes accounts; e-mail addresses are kept in lower case so that one person has one account."""

    def create_user(
        self, email: str, name: str, password: str | None = None, **extra: Any
    ) -> "User":
        user = self.model(email=email.strip().lower(), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. What they may do follows the posts they hold on the day, nothing else."""

    council = models.ForeignKey(
        Council, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    staff_number = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    daily_mail = models.BooleanField(
        default=False, help_text="messages come as one mail a day, urgent ones at once"
    )
    sign_ins_ended = models.PositiveIntegerField(
        default=0, help_text="how often everything that was signed in was ended at once"
    )

    is_superuser = False
    is_staff = False

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["council", "staff_number"],
                condition=~Q(staff_number=""),
                name="staff_number_once",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_lower_case"),
        ]
        indexes = [models.Index(fields=["council", "name"])]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What a session must agree with: a new password ends the others, and so does `sign_ins_ended`."""
        said = f"{self.password}:{self.sign_ins_ended}"
        return salted_hmac("people.sessions", said, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Ask the rules with the object in question; nobody passes without a rule."""
        return self.is_active and rules.has_perm(perm, self, obj)

    def has_module_perms(self, app_label: str) -> bool:
        return False


class PostHolding(models.Model):
    """Who held a post from one day to another (both included); `cover` marks a deputy."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    cover = models.BooleanField(default=False)

    objects = PostHoldingQuerySet.as_manager()

    class Meta:
        ordering = ("from_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["post", "user", "from_on"], name="holding_once"),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="holding_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "from_on"]),
            models.Index(fields=["post", "from_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} from {self.from_on:%Y-%m-%d}"

    def held_on(self, on: date) -> bool:
        """Whether the post was held on that day."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)


class AccessReview(models.Model):
    """One decision of a quarterly review of access: somebody's post is right still, or was ended.

    The holding is named by its person, post and first day, so that the decision outlives it.
    """

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        ENDED = "ended", "Ended"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="access_reviews")
    quarter_on = models.DateField(help_text="first day of the quarter")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="access_reviews")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField(help_text="first day in the post")
    decision = models.CharField(max_length=20, choices=Decision.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AccessReviewQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["quarter_on", "person", "post", "from_on"], name="access_reviewed_once"
            ),
            models.CheckConstraint(condition=~Q(by=F("person")), name="access_reviewed_by_another"),
        ]
        indexes = [models.Index(fields=["council", "quarter_on"])]

    def __str__(self) -> str:
        return f"{self.decision} in the quarter of {self.quarter_on:%Y-%m-%d}"


class Invitation(models.Model):
    """An invitation to choose a first password, or to come by the council's single sign-on.

    The link's secret is made when the mail goes out and stands nowhere here.
    """

    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="asked_in")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    taken_until = models.DateTimeField(
        null=True, blank=True, help_text="a worker is sending it until then"
    )

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = [
            models.Index(fields=["made_at"], condition=Q(sent_at=None), name="invitation_unsent")
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

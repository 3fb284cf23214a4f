"""Councils, units, posts and people for tests."""

from datetime import date

import factory

from people.models import Council, OrgUnit, Post, PostHolding, PostType, User
from people.services import save_unit

PASSWORD = "a long enough test password"
LONG_AGO = date(2020, 1, 1)


class CouncilFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Council
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"council-{n}")
    name = factory.LazyAttribute(lambda council: council.code.replace("-", " ").title())


class OrgUnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit

    council = factory.SubFactory(CouncilFactory)
    kind = OrgUnit.Kind.TEAM
    code = factory.Sequence(lambda n: f"U{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return save_unit(model_class(*args, **kwargs))


class PostTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PostType
        django_get_or_create = ("council", "code")

    council = factory.SubFactory(CouncilFactory)
    code = factory.Sequence(lambda n: f"T{n}")
    title = factory.LazyAttribute(lambda kind: kind.code)
    roles = factory.LazyFunction(list)


class PostFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Post

    council = factory.SubFactory(CouncilFactory)
    unit = factory.SubFactory(OrgUnitFactory, council=factory.SelfAttribute("..council"))
    type = factory.SubFactory(PostTypeFactory, council=factory.SelfAttribute("..council"))
    code = factory.Sequence(lambda n: f"P{n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    council = factory.SubFactory(CouncilFactory)
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        password = kwargs.pop("password", None)
        user = model_class(*args, **kwargs)
        user.set_password(password)
        user.save()
        return user


class PostHoldingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PostHolding

    post = factory.SubFactory(PostFactory)
    user = factory.SubFactory(UserFactory, council=factory.SelfAttribute("..post.council"))
    from_on = LONG_AGO

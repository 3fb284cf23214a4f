"""Case files and who works them, for tests."""

from datetime import date

import factory

from cases.models import CaseFile, Involvement
from tests.factories.people import CouncilFactory, OrgUnitFactory, UserFactory


class CaseFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CaseFile

    council = factory.SubFactory(CouncilFactory)
    unit = factory.SubFactory(OrgUnitFactory, council=factory.SelfAttribute("..council"))
    number = factory.Sequence(lambda n: f"{700000 + n}")
    opened_on = date(2025, 1, 6)


class InvolvementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Involvement

    case = factory.SubFactory(CaseFileFactory)
    user = factory.SubFactory(UserFactory, council=factory.SelfAttribute("..case.council"))
    from_on = date(2025, 1, 6)

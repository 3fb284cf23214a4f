from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = "People"

    def ready(self) -> None:
        """Find what each room says of the open work of people who leave."""
        autodiscover_modules("handing_over")
        autodiscover_modules("sign_in_trail", "factors")

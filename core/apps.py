from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        """Find what the rooms count beside the menu (core/counts.py)."""
        autodiscover_modules("counting")

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        """Find what the rooms count beside the menu, let follow a step in a room below, trace, and do by themselves.

        `chores` are core's own jobs; `gauges` are what is looked up when somebody asks for the metrics,
        `checks` what Django looks at in a database.
        """
        autodiscover_modules(
            "counting", "following", "tracing", "jobs", "chores", "gauges", "checks"
        )

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Reporting"

    def ready(self) -> None:
        from reporting.selectors import figures  # noqa: F401, PLC0415 - fills the catalogue

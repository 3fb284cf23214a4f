"""What climbs when something is late, and concerns that officers take up stage by stage."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "escalation"
    verbose_name = "Escalation"

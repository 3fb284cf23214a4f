"""Template tags and filters of the service."""

from django import template

register = template.Library()

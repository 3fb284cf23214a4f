"""Template tags and filters of the service."""

from django import template

register = template.Library()


@register.filter
def day(value):
    return f"{value:%-d %B %Y}" if value else ""


@register.filter
def moment(value):
    from django.utils import timezone

    return f"{timezone.localtime(value):%-d %B %Y at %H:%M}" if value else ""


@register.filter
def clock(value):
    from django.utils import timezone

    return f"{timezone.localtime(value):%H:%M}" if value else ""


@register.filter
def paragraphs(value):
    from django.template.defaultfilters import linebreaks

    return linebreaks(value, autoescape=True)


@register.filter
def item(value, key):
    return value.get(key, ())


@register.filter
def css_text(value):
    return str(value).replace("\\", "").replace('"', "")


@register.simple_tag
def menu():
    return ""


@register.simple_tag
def state_tag(audit):
    return audit.get_state_display()


@register.simple_tag
def grade_tag(policy, code):
    return policy.grade(code).label


@register.simple_tag
def pager(page):
    return ""

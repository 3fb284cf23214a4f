"""The words of learning that are kept in columns."""

from django.db.models import TextChoices

from learning import kinds


class Kind(TextChoices):
    STRENGTH = kinds.STRENGTH, kinds.KINDS[kinds.STRENGTH]
    DEVELOP = kinds.DEVELOP, kinds.KINDS[kinds.DEVELOP]
    BARRIER = kinds.BARRIER, kinds.KINDS[kinds.BARRIER]
    DIFFERENCE = kinds.DIFFERENCE, kinds.KINDS[kinds.DIFFERENCE]
    SAID = kinds.SAID, kinds.KINDS[kinds.SAID]


class ThemeState(TextChoices):
    USED = "used", "In use"
    NEW = "new", "New tag"
    RETIRED = "retired", "No longer used"
    MERGED = "merged", "Merged"


class Source(TextChoices):
    """Where an extract stands."""

    AUDIT = "audit", "Audits"
    MODERATION = "moderation", "Moderation"
    MEETING = "meeting", "Meetings about a grade"
    PANEL = "panel", "Panels"
    REPLY = "reply", "Feedback"
    SUMMARY = "summary", "Summaries of feedback"
    IMPACT = "impact", "Impact of actions"
    LOOP = "loop", "Closing the loop"


class ActivityKind(TextChoices):
    WORKSHOP = "workshop", "Workshop"
    BRIEFING = "briefing", "Briefing"
    NOTE = "note", "Practice note"
    SUPERVISION = "supervision", "Focus of supervision"
    CONFERENCE = "conference", "Conference"
    POLICY = "policy", "Change of policy"


class Measured(TextChoices):
    """What is looked at before and after an activity."""

    DEVELOP = "develop", "To develop: fewer audits should say so"
    STRENGTH = "strength", "A strength: more audits should say so"

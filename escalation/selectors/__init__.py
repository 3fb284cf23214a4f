"""What escalation reads, also for the rooms above.

`events_of` gives the steps taken about one thing, `look_ahead` how far ahead reminders make it look.
"""

from escalation.selectors.late import Event, events_of, look_ahead

__all__ = ["Event", "events_of", "look_ahead"]

"""The little that knows no domain: moves, the trail, the outbox, form fields."""

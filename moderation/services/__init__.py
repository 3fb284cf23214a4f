"""What moderation writes, each in one transaction."""

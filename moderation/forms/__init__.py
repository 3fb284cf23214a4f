"""What people type into moderation."""

"""What moderation reads for its pages."""

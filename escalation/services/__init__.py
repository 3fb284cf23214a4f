"""What escalation writes, each in one transaction."""

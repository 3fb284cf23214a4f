"""What people type about late things and concerns."""

"""What must be done, by whom, by when."""

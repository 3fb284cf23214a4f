"""What people type into the forms of feedback."""

"""What is done with surveys, invitations and replies."""

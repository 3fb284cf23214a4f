"""Learning: what findings and feedback say again and again, what was taught about it, and whether it comes back."""

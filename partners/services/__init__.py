"""Inviting partners, sending their links, taking what they say."""

"""Reads of the programme for its screens, by what they are about."""

"""Reads of feedback for its pages."""

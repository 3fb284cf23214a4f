"""Backup and restore: the whole database and all files in one encrypted file (decision 0025)."""

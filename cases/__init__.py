"""Children as references, and who worked with them when."""

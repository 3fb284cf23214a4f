"""Records, reports and figures to read and keep."""

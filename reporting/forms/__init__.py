"""Forms of reports and figures."""

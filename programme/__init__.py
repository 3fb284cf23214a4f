"""Who audits what, when."""

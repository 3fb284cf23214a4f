"""What children, families, partners and staff say."""

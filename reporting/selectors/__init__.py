"""Reading what figures are made of."""

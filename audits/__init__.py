"""One collaborative audit from allocation to a returned grade."""

"""A second opinion on a returned grade."""

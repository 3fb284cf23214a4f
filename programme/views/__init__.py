"""Pages of the programme, by what they are about."""

"""Reading what is coded and what waits to be coded."""

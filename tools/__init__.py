"""Set-up and the two commands: standard library only, so that they run before anything is installed."""

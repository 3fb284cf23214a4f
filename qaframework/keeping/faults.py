"""What goes wrong with a backup, in words for whoever looks after the machine."""


class Unfit(Exception):
    """The backup cannot be made, read or put back; the words say why and what to do."""

"""One module for each kind of document; each gives a frozen value that holds no HTML."""

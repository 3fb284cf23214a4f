"""How fast the service is: a data set of a chosen size, the production server, and each job beside its floor (`./qa bench`)."""

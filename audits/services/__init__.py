"""What can be done with an audit; every verb is one transaction and asks who may first."""

"""The pages of partners: for those who invite, and behind the link."""

"""The pages of records, documents and figures."""

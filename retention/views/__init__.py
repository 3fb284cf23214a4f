"""The pages of data protection."""

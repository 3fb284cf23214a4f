"""The people pages: the list, one person with their posts, who may do what, the review, and work that was left."""

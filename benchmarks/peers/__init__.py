"""What else could do the same work, each written to be as quick as it can honestly be."""

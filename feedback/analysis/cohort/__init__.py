"""The measures of a class, from the findings of its students."""

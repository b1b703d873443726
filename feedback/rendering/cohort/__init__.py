"""The blocks of a class report."""

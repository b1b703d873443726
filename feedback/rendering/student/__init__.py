"""The blocks of a student's report."""

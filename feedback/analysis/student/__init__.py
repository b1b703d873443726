"""The measures of one student's log."""

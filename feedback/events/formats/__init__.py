"""One module for each format that an event log is read from."""

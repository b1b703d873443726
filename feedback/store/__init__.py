"""The tables, and how they are filled and searched."""

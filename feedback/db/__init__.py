"""How the two databases are connected to, and queries that are compiled once."""

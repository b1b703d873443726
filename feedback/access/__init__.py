"""Who is calling, and what they may do. It knows nothing of reports."""

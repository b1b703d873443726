"""Blocks as an accessible PDF."""

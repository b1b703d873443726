"""Blocks as a web page."""

"""The service under attack, by callers who are known and by strangers."""

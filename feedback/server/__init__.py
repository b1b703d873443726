"""The ASGI application: threads, long polling, and limits on bodies, in front of Django."""

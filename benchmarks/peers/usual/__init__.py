"""The usual way to build this service: nested serializers, a row, and a task that is sent the whole payload.

Django REST framework behind gunicorn, Celery with Redis, PostgreSQL with persistent connections; the
report is a page of three lines, put together from strings.
"""

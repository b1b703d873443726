from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "feedback.access"
    label = "access"
    verbose_name = "Access"

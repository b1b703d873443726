from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "feedback.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from feedback.access import checks  # noqa: F401, PLC0415 - registers them, once the apps are there

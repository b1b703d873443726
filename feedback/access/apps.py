from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccessConfig(AppConfig):
    name = "feedback.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from feedback.access import checks  # noqa: F401, PLC0415 - registers them, once the apps are there


class SiteConfig(AdminConfig):
    """Django's admin, with our own site."""

    default_site = "feedback.access.site.Site"

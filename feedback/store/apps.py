from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "feedback.store"
    label = "reports"  # the tables and permissions of the first edition have this name
    verbose_name = "Feedback reports"

"""Where everything is served."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("feedback.api.urls")),
    path("", include("feedback.web.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "feedback.web.errors.bad_request"
handler403 = "feedback.web.errors.forbidden"
handler404 = "feedback.web.errors.not_found"
handler500 = "feedback.web.errors.server_error"

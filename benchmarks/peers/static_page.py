"""Our addresses and two more: a page of 20 kB that comes from no database, for anyone and for who has a key."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request

from feedback.api.views import ContractView

_PAGE = b"<!DOCTYPE html><title>Static</title>" + b"<p>Nothing of a student.</p>" * 740


@login_not_required
def static_page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_PAGE)


class StaticPageView(ContractView):
    """The same to whoever may call: the key is looked up and counted, as everywhere in the API."""

    def get(self, _request: Request) -> HttpResponse:
        return HttpResponse(_PAGE)


urlpatterns = [
    path("static-page", static_page),
    path("static-page-for-callers", StaticPageView.as_view()),
    path("", include("feedback.urls")),
]

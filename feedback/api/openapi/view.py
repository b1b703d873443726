"""The address of the API's description."""

import functools
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularJSONAPIView

from feedback.api.openapi.schema import ContractGenerator


class DescriptionView(SpectacularJSONAPIView):
    """The same for everybody, and open: so it is made once in a process, and strangers may ask for it often."""

    throttle_classes = ()

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        title, version = (settings.SPECTACULAR_SETTINGS[name] for name in ("TITLE", "VERSION"))
        headers = {"Content-Disposition": f'inline; filename="{title} ({version}).json"'}
        return HttpResponse(_description(), content_type=OpenApiJsonRenderer.media_type, headers=headers)


@functools.cache
def _description() -> bytes:
    document = ContractGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # it has no types
    return bytes(OpenApiJsonRenderer().render(document, renderer_context={}))

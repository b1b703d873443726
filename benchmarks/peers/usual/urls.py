"""Its one address."""

from uuid import uuid4

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.peers.nested import StudentSerializer
from benchmarks.peers.usual.celery import make
from benchmarks.peers.usual.models import UsualReport


class SubmitView(APIView):
    def post(self, request: Request) -> Response:
        serializer = StudentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        task_id = str(uuid4())
        UsualReport.objects.create(task_id=task_id, student_id=serializer.validated_data["student_id"])
        make.apply_async(args=(task_id, request.data), task_id=task_id)
        return Response({"task_id": task_id, "status": "Processing started"}, status=202)


urlpatterns = [path("assignment/html", SubmitView.as_view())]

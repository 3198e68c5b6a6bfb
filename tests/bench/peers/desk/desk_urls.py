"""Runs in the peers' environment: django-helpdesk under /helpdesk/."""

# mypy: ignore-errors

from django.urls import include, path

urlpatterns = [path("helpdesk/", include("helpdesk.urls", namespace="helpdesk"))]

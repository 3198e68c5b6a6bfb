"""Runs in the peers' environment: the tables, one queue, one member of staff; prints the queue's id and their token."""

# mypy: ignore-errors

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from helpdesk.models import Queue  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

call_command("migrate", verbosity=0)
queue, _ = Queue.objects.get_or_create(slug="brizeo", defaults={"title": "Brizéo"})
staff, _ = get_user_model().objects.get_or_create(username="staff", defaults={"is_staff": True, "is_superuser": True})
token, _ = Token.objects.get_or_create(user=staff)
print(queue.id, token.key)

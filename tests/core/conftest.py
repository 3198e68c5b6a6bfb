"""The pure rules are tested without a database, a clock or a network."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("core", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("core-thorough", settings.get_profile("core"), max_examples=2000)
settings.load_profile("core")

"""Notifications on people's devices: who wants to be told of what, and of which items they were."""

"""The JSON API: one module a subject, each with its `ROUTES`."""

"""Other people's event stores and help desk, measured beside ours: each installed by `place`, run by a module here."""

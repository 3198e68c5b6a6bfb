"""Who works here: organisations and brands, members and their roles, sign-in, API tokens."""

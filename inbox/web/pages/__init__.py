"""The screens: each module holds the handlers of one room and its `ROUTES`; templates stand in `../templates`."""

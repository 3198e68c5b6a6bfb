"""Read models: how events become rows (`items`), and the queries over them (`queue`, `thread`, `sla`)."""

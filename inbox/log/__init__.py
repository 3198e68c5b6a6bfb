"""The event log of a brand: append, read, follow; its sealing, and the SQL behind it."""

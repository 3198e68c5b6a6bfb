"""Persons, and what keeps their words and the log: forgetting, backups, the notary, the second wall."""

"""The product on Citus: its log, its main job, and a brand that moves to another machine under load.

Not part of `make test`: it needs a PostgreSQL installation with the extension citus, and `make test-citus PG_BIN=dir`
names one.
"""

"""What runs, and what touches the outside world: ingest, channels, workers, the embedded database, the command."""

"""HTTP in: webhooks are verified, kept raw, read and appended to the log before they are answered."""

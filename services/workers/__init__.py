"""The workers: each follows the log, or the clock, and appends to it. They never call each other."""

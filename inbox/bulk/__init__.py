"""What is done to many items at once: chosen, foretold, carried out one by one, reported, taken back."""

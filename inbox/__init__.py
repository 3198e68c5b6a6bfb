"""What the product means, and what people see: events, rules, the log, the views and the web inbox."""

"""Import and init of each function in fresh processes, beside a handler in the style of the best-known blueprint."""

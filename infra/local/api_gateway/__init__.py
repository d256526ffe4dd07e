"""API Gateway: serves the REST APIs of the template, with their authorizers and proxy events."""

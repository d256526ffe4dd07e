"""API Gateway: serves the template's REST APIs, with their authorizers and proxy events."""

"""moto as a WSGI application, with fixes that make it faster."""

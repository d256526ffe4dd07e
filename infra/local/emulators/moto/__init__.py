"""moto as a WSGI application, with patches for speed."""

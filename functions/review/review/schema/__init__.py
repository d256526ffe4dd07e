"""The request bodies and responses of the staff API."""

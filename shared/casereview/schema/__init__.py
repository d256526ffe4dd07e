"""The data model: stored records, queue messages, request and response bodies, and the field types they share."""

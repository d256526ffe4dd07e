"""What is stored, sent and answered: records, messages, request bodies, and the kinds of field they are made of."""

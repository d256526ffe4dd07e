"""What a function does to a case in one unit of work: file a request, change a case."""

"""Pages for browsers: their requests and answers as API Gateway passes them on, and the files that pages name."""

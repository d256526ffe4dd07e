"""One ranking: this engine, three rule engines that run the same document, and code written by hand."""

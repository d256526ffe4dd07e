"""The units of work that intake and review share: file a request, change a case."""

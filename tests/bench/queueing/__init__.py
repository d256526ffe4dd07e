"""The queue itself: who waits how long, under which discipline and with how many officers."""

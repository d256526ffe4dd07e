"""The command ``casereview``: rank, compare and check, without a running system."""

"""The command ``casereview``: rank requests, compare policies and check policy documents offline."""

"""One request or message in a warm process: what AWS would answer is replayed at botocore's HTTP layer."""

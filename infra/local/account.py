"""The account and region that exist locally, and the runner's own credentials."""

ACCOUNT = "123456789012"
REGION = "us-east-1"
ADMIN_KEY = "AKIALOCALADMIN000000"  # not a function's, so IAM is not asked; any tool may use it against the endpoint

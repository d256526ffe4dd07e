"""The AWS endpoint: IAM in front of moto and DynamoDB Local, as a server process of its own."""

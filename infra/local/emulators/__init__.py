"""The AWS endpoint: evaluates IAM policies in front of moto and DynamoDB Local, in a server process of its own."""

"""A create handler as the best-known blueprint of this stack has it; written for the benchmark, none of its code.

After the public description of ran-isenberg/aws-lambda-handler-cookbook: REST resolver with validation, Logger,
Metrics, Tracer, idempotency in DynamoDB, environment as a model, a table by boto3's resource.
"""

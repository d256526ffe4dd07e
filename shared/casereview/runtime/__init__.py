"""What every Lambda function shares: AWS clients, settings, SQS batches and queues, error logging, SnapStart hooks."""

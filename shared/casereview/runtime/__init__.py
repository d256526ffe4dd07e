"""Shared by all Lambda functions: AWS clients, settings, SQS batches and queues, error logging, SnapStart hooks."""

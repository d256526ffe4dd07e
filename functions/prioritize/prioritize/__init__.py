"""Prioritize: ranks cases without access to personal data, and retries pending work on a schedule.

Its role allows no action on the KMS keys that seal data or make MACs.
"""

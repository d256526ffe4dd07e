"""The console under `/_local`: outbox, queues, tokens, schedules, IAM decisions and health, for tools and tests."""

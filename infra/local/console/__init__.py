"""The routes under `/_local`: outbox, queues, test users, schedules and health."""

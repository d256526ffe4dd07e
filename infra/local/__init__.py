"""Run template.yaml on one machine, without AWS: `python -m infra.local`.

The SAM template is translated to CloudFormation. Its resources are created on a moto server, which is a process of
its own. From the same definitions this package serves the APIs, polls the queues, fires the schedules, and starts the
handlers with the roles and environment variables of the template.
"""

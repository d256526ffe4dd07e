"""Runs template.yaml on one machine: `python -m infra.local`.

The template is translated as AWS would translate it, its resources are created on a moto server in a process of
its own, and this package does what AWS does from the same definitions: serves the API, polls the queues, fires
the schedules, starts the handlers with the roles and the environment that the template gives them.
"""

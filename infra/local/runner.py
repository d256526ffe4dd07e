"""The local run: starts and stops the emulator, the stack, the functions, pollers, schedules and APIs together."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, Final

from infra.local.api_gateway.cognito_authorizer import TokenVerifier
from infra.local.api_gateway.rest_api import MAX_BODY, RestApiHandler
from infra.local.api_gateway.routes import read_apis
from infra.local.console.outbox import Outbox
from infra.local.console.routes import Console, Parts
from infra.local.emulators.server_process import EmulatorProcess
from infra.local.http_server import HttpRequest, HttpResponse, Server
from infra.local.lambda_runtime.activity import Activity
from infra.local.lambda_runtime.environment_pool import EnvironmentPool
from infra.local.lambda_runtime.environments import Surroundings, environment_variables
from infra.local.lambda_runtime.event_source_mappings import Poller, read_mappings
from infra.local.lambda_runtime.functions import FunctionSpec, read_functions
from infra.local.lambda_runtime.invocations import Invocations
from infra.local.lambda_runtime.product_clock import ProductClock
from infra.local.lambda_runtime.runtime_api import InvocationResult
from infra.local.lambda_runtime.schedules import Scheduler, read_schedules
from infra.local.template.iam_policies import key_policies, role_policies
from infra.local.template.loader import Template
from infra.local.template.resources import creators
from infra.local.template.stack import Stack

CLOCK: Final = "casereview.runtime.settings:now"
"""The function of this repository's product that returns the current time."""

SITES: Final = {"SiteApi": ("site", 1), "DeskApi": ("desk", 2)}
"""The APIs that are origins of their own, as deployed: the name and how far the port lies above that of the others."""

# Parameters that name an SES identity which the template expects to exist already.
IDENTITY_PARAMETERS: Final = ("MailIdentity",)


@dataclass(frozen=True)
class Options:
    """Settings of a run.

    Attributes:
        port: the port of the APIs, with those of the sites above it; 0 chooses free ones.
        max_environments: the largest number of execution environments per function.
        log: the file that handlers log to; None for standard error.
        clock: the product's function that returns the current time, as `module:function`; `/_local/clock` moves it.
    """

    port: int = 8000
    max_environments: int = 4
    log: Path | None = None
    clock: str = CLOCK


class LocalRun:
    """The running template.

    Args:
        template: the translated template.
        emulator: the emulator process; `stop` stops it too.
        options: settings of the run.

    Raises:
        TemplateError: the template has something that the local run does not support.
    """

    def __init__(
        self, template: Template, emulator: EmulatorProcess, options: Options, servers: Mapping[str, Server]
    ) -> None:
        self.options = options
        self.emulator = emulator
        self.clock = ProductClock()
        self.activity = Activity()
        self._around = Surroundings(open_log(options.log), self.clock, options.clock)
        self.stack = Stack(template, creators.CREATORS, emulator.client)
        self._create_identities(template)
        self.stack.create()
        self.functions = read_functions(self.stack)
        self.policies = role_policies(self.stack)
        self.pools = self._pools()
        self._invocations = Server(Invocations(self.pools).respond)
        emulator.put_json("/_endpoint/names", self._names())
        self._mappings = read_mappings(self.stack, self.functions, self.policies)
        client = emulator.poller_client()
        self._pollers = [
            Poller(each, client, self.pools[each.function.logical_id].invoke_in_chain, self.activity)
            for each in self._mappings
        ]
        self.scheduler = Scheduler(read_schedules(self.stack, self.functions), self._invoke)
        self._servers = self._serve_apis(servers)

    @property
    def address(self) -> str:
        """The URL of the APIs."""
        return f"http://127.0.0.1:{self._servers[''].port}"

    @property
    def sites(self) -> dict[str, str]:
        """The URL of each site that the template has, by its name."""
        return {name: f"http://127.0.0.1:{server.port}" for name, server in self._servers.items() if name}

    def start(self) -> None:
        """Start the APIs, pollers and schedules.

        Returns when each function has an execution environment; errors of an init phase are printed.
        """
        for server in (self._invocations, *self._servers.values()):
            server.start()
        with ThreadPoolExecutor(max(1, len(self.pools))) as pool:
            for spec, failure in pool.map(lambda each: (each.spec, each.warm()), self.pools.values()):
                if failure is not None:
                    print(f"{spec.logical_id}: {failure.payload.decode('utf-8', 'replace')}", file=sys.stderr)
        for poller in self._pollers:
            poller.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Stop everything, child processes included."""
        self.scheduler.stop()
        for poller in self._pollers:
            poller.stop()
        for server in (*self._servers.values(), self._invocations):
            server.close()
        with ThreadPoolExecutor(max(1, len(self.pools))) as pool:
            list(pool.map(EnvironmentPool.close, self.pools.values()))
        self.emulator.stop()
        self.clock.close()

    def _create_identities(self, template: Template) -> None:
        names = [template.parameters[name] for name in IDENTITY_PARAMETERS if name in template.parameters]
        for name in names:
            self.emulator.client("sesv2").create_email_identity(EmailIdentity=name)

    def _pools(self) -> dict[str, EnvironmentPool]:
        keys = {name: access_key_id() for name in self.functions}
        roles = {
            keys[name]: {"role": spec.role, "policies": self.policies.get(spec.role, []), "function": name}
            for name, spec in self.functions.items()
        }
        self.emulator.put_json("/_endpoint/roles", roles)
        return {name: self._pool(spec, keys[name]) for name, spec in self.functions.items()}

    def _pool(self, spec: FunctionSpec, key: str) -> EnvironmentPool:
        credentials = {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
            "AWS_SESSION_TOKEN": secrets.token_urlsafe(30),
        }
        variables = environment_variables(spec, credentials, self.emulator.endpoint)
        return EnvironmentPool(spec, variables, self._around, self.activity, self.options.max_environments)

    def _names(self) -> dict[str, Any]:
        identities = self.emulator.client("sesv2").list_email_identities()["EmailIdentities"]
        aliases = self.emulator.client("kms").list_aliases()["Aliases"]
        return {
            "identities": [each["IdentityName"] for each in identities],
            "aliases": {
                each["AliasArn"]: each["AliasArn"].partition(":alias/")[0] + f":key/{each['TargetKeyId']}"
                for each in aliases
                if "TargetKeyId" in each
            },
            "key_policies": key_policies(self.stack),
            "destinations": self._event_destinations(),
            "functions_port": self._invocations.port,
            "text_destinations": self._text_event_destinations(),
        }

    def _text_event_destinations(self) -> dict[str, list[dict[str, Any]]]:
        """Return the SNS destinations of each configuration set for text messages."""
        return {
            self.stack.get(name).ref: [
                {"topic": each["SnsDestination"]["TopicArn"], "kinds": each["MatchingEventTypes"]}
                for each in self.stack.properties(name).get("EventDestinations", [])
                if each.get("Enabled", True) and "SnsDestination" in each
            ]
            for name in self.stack.of_type("AWS::SMSVOICE::ConfigurationSet")
        }

    def _event_destinations(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for name in self.stack.of_type("AWS::SES::ConfigurationSetEventDestination"):
            properties = self.stack.properties(name)
            destination = properties["EventDestination"]
            if destination.get("Enabled", True) and "SnsDestination" in destination:
                kinds = [kind.lower() for kind in destination["MatchingEventTypes"]]
                entry = {"topic": destination["SnsDestination"]["TopicARN"], "kinds": kinds}
                found.setdefault(properties["ConfigurationSetName"], []).append(entry)
        return found

    def _invoke(self, spec: FunctionSpec, payload: bytes) -> InvocationResult:
        return self.pools[spec.logical_id].invoke(payload)

    def _serve_apis(self, servers: Mapping[str, Server]) -> dict[str, Server]:
        """Give each server its API; those of sites that the template does not have are closed."""
        polled = frozenset(each.queue_url for each in self._mappings)
        clients = self._user_pool_clients()
        parts = Parts(self.stack, self.emulator, self.pools, self.scheduler, self.clock, self.activity, polled)
        control = Console(parts, Outbox(self._outbox_page))
        verifier = TokenVerifier(lambda pool: self.emulator.get_json(f"/{pool}/.well-known/jwks.json"), clients)
        apis = read_apis(self.stack, self.functions)
        others = [api for name, api in apis.items() if name not in SITES]
        servers[""].respond = RestApiHandler(others, self.pools, verifier, control.respond).respond
        found = {"": servers[""]}
        for logical_id, (name, _) in SITES.items():
            if logical_id in apis:
                site = [replace(apis[logical_id], has_domain=True)]
                servers[name].respond = RestApiHandler(site, self.pools, verifier).respond
                found[name] = servers[name]
            else:
                servers[name].server_close()
        return found

    def _outbox_page(self, number: int) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = self.emulator.get_json(f"/_endpoint/outbox?since={number}")
        return sent

    def _user_pool_clients(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name in self.stack.of_type("AWS::Cognito::UserPoolClient"):
            pool = self.stack.properties(name)["UserPoolId"]
            found[pool] = found.get(pool, frozenset()) | {self.stack.get(name).ref}
        return found


def bind_servers(port: int) -> dict[str, Server]:
    """Return a server for each site by its name, and for all other APIs and the console by an empty one.

    They listen, so that the template can be given their addresses, and answer once a run has started them.

    Args:
        port: the port of the APIs, with those of the sites above it; 0 chooses free ones.

    Raises:
        OSError: a port is taken; the message names it.
    """
    offsets = {"": 0, **dict(SITES.values())}
    return {name: _bind(port and port + offset) for name, offset in offsets.items()}


def _bind(port: int) -> Server:
    try:
        return Server(_starting, port, MAX_BODY)
    except OSError as error:
        raise OSError(error.errno, f"port {port}: {error.strerror}") from None


def _starting(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(HTTPStatus.SERVICE_UNAVAILABLE)


def access_key_id() -> str:
    """Return a new access key id in the format of temporary credentials."""
    return "ASIA" + base64.b32encode(os.urandom(10)).decode()


def open_log(path: Path | None) -> BinaryIO:
    """Open the file that handlers log to, emptied; without a path, standard error."""
    if path is None:
        return os.fdopen(os.dup(sys.stderr.fileno()), "ab", buffering=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path.open("ab", buffering=0)

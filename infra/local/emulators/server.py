"""The emulator process: serves the AWS endpoint with patched moto behind it, on a loopback port.

`python -m infra.local.emulators.server [DYNAMODB_PORT]` prints its port. It exits when its standard input is closed,
so it never outlives the process that started it.
"""

from __future__ import annotations

import os
import sys

from infra.local.account import ACCOUNT, REGION
from infra.local.emulators.aws_endpoint import AwsEndpoint
from infra.local.http_server import Server


def serve(dynamodb_port: int | None) -> None:
    """Serve until standard input is closed."""
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT  # otherwise moto searches all accounts for each access key
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # browsers do not call it
    sys.setswitchinterval(0.001)
    from infra.local.emulators.forwarding import forward_to  # noqa: PLC0415
    from infra.local.emulators.moto import patches  # noqa: PLC0415  moto reads the environment at import
    from infra.local.emulators.moto.wsgi_app import MotoApp  # noqa: PLC0415

    patches.apply()
    front = AwsEndpoint(MotoApp(), publish=_publish)
    if dynamodb_port is not None:
        front.dynamodb = forward_to(dynamodb_port)
    server = Server(front.respond).start()
    print(server.port, flush=True)
    sys.stdin.read()
    server.close()


def _publish(topic: str, message: str) -> None:
    from moto.sns.models import sns_backends  # noqa: PLC0415

    from infra.local.emulators.moto.patches import LOCK  # noqa: PLC0415

    with LOCK:
        sns_backends[ACCOUNT][REGION].publish(message, arn=topic)


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else None)

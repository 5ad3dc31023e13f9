"""An AWS organisation on loopback: moto's server, with what the scanner needs and moto lacks.

Prints one line of JSON on standard output, `{"endpoint": "http://127.0.0.1:PORT"}`, once it
listens, and stops when its standard input closes or on SIGTERM.

Beside the AWS APIs it answers doors of its own, each to a POST of a JSON object:

/zonewarden/ksk-status
    hosted_zone_id, and name, status, status_message, serve_signature as far as they change
/zonewarden/domain
    account, domain_name, and status_list, dnssec_keys as far as they change
/zonewarden/deny
    account, operation (as IAM names it): answers AccessDenied from then on
/zonewarden/omit-tags
    hosted_zone_id: leaves the zone out of ListTagsForResources from then on
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
import warnings
from typing import Any

import cloudwatch_alarms
import ec2_regions
import kms_key_states
import permissions
import route53_dnssec
import route53_domains
import route53_tags
import sns_topics
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from rpc_v2_cbor import RpcV2Cbor
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

EXTENSIONS = (
    cloudwatch_alarms,
    ec2_regions,
    kms_key_states,
    permissions,
    route53_dnssec,
    route53_domains,
    route53_tags,
    sns_topics,
)

DOORS = {
    "/zonewarden/ksk-status": route53_dnssec.set_status,
    "/zonewarden/domain": route53_domains.set_domain,
    "/zonewarden/deny": permissions.deny,
    "/zonewarden/omit-tags": route53_tags.omit,
}


class Doors:
    """WSGI middleware that answers the paths of `DOORS`."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        door = DOORS.get(environ["PATH_INFO"])
        if door is None:
            return self.app(environ, start_response)
        try:
            door(**json.loads(Request(environ).get_data()))
        except (KeyError, TypeError, ValueError) as error:
            return Response(f"{error!r}\n", status=400)(environ, start_response)
        return Response(status=204)(environ, start_response)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # moto warns of every error code that the service model leaves to the common ones.
    warnings.filterwarnings("ignore", category=UserWarning, module="moto.core")
    for module in EXTENSIONS:
        module.install()
    app = Doors(RpcV2Cbor(DomainDispatcherApplication(create_backend_app)))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()

"""The Smithy RPC v2 CBOR protocol in front of moto, which speaks only JSON to these services.

A request is decoded, handed to moto as an AWS JSON request, and the answer encoded again, both
ways by botocore's codecs over its service model.

Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape, ShapeResolver
from botocore.parsers import JSONParser, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from werkzeug.test import run_wsgi_app

PATH = re.compile(r"/service/(?P<service>\w+)/operation/(?P<operation>\w+)")
SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}
ERROR_SHAPE = ShapeResolver(
    {
        "Text": {"type": "string"},
        "Error": {
            "type": "structure",
            "members": {"__type": {"shape": "Text"}, "message": {"shape": "Text"}},
        },
    }
).get_shape_by_name("Error")


class RpcV2Cbor:
    """WSGI middleware that translates RPC v2 CBOR into AWS JSON and back."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.loader = Loader()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor":
            return self.app(environ, start_response)
        match = PATH.fullmatch(environ["PATH_INFO"])
        if not match or match["service"] not in SERVICES:
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        operation = self.operation(SERVICES[match["service"]], match["operation"])
        chunks, status, headers = run_wsgi_app(
            self.app, json_request(environ, operation), buffered=True
        )
        answer = cbor_answer(operation, status, headers, b"".join(chunks))
        start_response(
            status,
            [
                ("Smithy-Protocol", "rpc-v2-cbor"),
                ("Content-Type", "application/cbor"),
                ("Content-Length", str(len(answer))),
            ],
        )
        return [answer]

    def operation(self, service: str, name: str) -> OperationModel:
        model = self.loader.load_service_model(service, "service-2")
        return ServiceModel(model, service).operation_model(name)


def json_request(environ: dict[str, Any], operation: OperationModel) -> dict[str, Any]:
    """The same request in the AWS JSON protocol."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = json.dumps(decode(environ["wsgi.input"].read(size)), default=epoch).encode()
    metadata = operation.service_model.metadata
    return {
        **environ,
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "REQUEST_URI": "/",
        "CONTENT_TYPE": f"application/x-amz-json-{metadata['jsonVersion']}",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_AMZ_TARGET": f"{metadata['targetPrefix']}.{operation.name}",
        "wsgi.input": io.BytesIO(body),
    }


def cbor_answer(operation: OperationModel, status: str, headers: Any, body: bytes) -> bytes:
    """The body of moto's AWS JSON answer in CBOR."""
    code = int(status.partition(" ")[0])
    if code >= 400:
        error = json.loads(body)
        return encode(
            {"__type": error["__type"], "message": error.get("message", error.get("Message", ""))},
            ERROR_SHAPE,
        )
    shape = operation.output_shape
    if shape is None:
        return encode({}, ERROR_SHAPE)
    answer = JSONParser().parse(
        {"status_code": code, "headers": dict(headers), "body": body}, shape
    )
    del answer["ResponseMetadata"]
    return encode(answer, shape)


def decode(body: bytes) -> Any:
    """A CBOR data item as plain data; no body is an empty structure."""
    if not body:
        return {}
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))


def encode(value: dict[str, Any], shape: Shape) -> bytes:
    """A structure of the model as CBOR."""
    encoded = bytearray()
    RpcV2CBORSerializer()._serialize_data_item(encoded, value, shape)
    return bytes(encoded)


def epoch(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"no JSON form of {type(value).__name__}")

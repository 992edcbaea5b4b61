"""The doors that are not hot: models, health, metrics, and what a policy would decide."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from providers.dialects.openai.request import decode_request
from router.api.explanations import explain_entry, explain_journey
from router.api.http import read_body
from router.api.requests import credential_of, headers_of, open_call, request_id_of
from router.deps import House
from router.errors import UnknownRequestError
from router.steps.access import Grant

router = APIRouter()


def house_of(request: Request) -> House:
    """The house that this application serves."""
    house: House = request.app.state.house
    return house


@router.get("/v1/models", tags=["chat"], summary="What may be named as `model`")
def list_models(request: Request) -> dict[str, Any]:
    """`auto`, then the policy's pools, then every model: OpenAI's list, with what each one can do.

    A key that may name some of them only is shown those.
    """
    house = house_of(request)
    allowed = _grant_of(request, house).models
    rows = [_entry("auto", "pointsman", "The policy decides.")]
    rows += [
        _entry(name, "pointsman", f"Pool of policy '{house.policies.current.name}'.")
        for name in house.policies.current.pools
    ]
    for model in house.candidates():
        row = _entry(model.name, model.provider, model.why_off or "on")
        row["pointsman"] |= {
            "is_on": model.is_on,
            "is_local": model.is_local,
            "window_tokens": model.window_tokens,
            "abilities": sorted(model.abilities),
            "quality": model.quality,
            "input_usd_per_million": _text(model.input_usd_per_million),
            "output_usd_per_million": _text(model.output_usd_per_million),
        }
        rows.append(row)
    return {"object": "list", "data": [e for e in rows if not allowed or e["id"] in allowed]}


def _grant_of(request: Request, house: House) -> Grant:
    return house.identity.recognise(credential_of(dict(request.scope["headers"])))


def _entry(name: str, owner: str, note: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": owner,
        "pointsman": {"note": note},
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@router.post("/v1/route", tags=["chat"], summary="What would be chosen, and why")
async def explain_route(request: Request) -> JSONResponse:
    """The decision about a chat request (same body as `/v1/chat/completions`); nobody is called.

    One that would be refused is a decision too: its `outcome` says so.
    """
    house, headers = house_of(request), headers_of(request.scope)
    body = await read_body(request.receive, house.settings.server.max_body_bytes)
    call = open_call(decode_request(body), headers, request_id_of(headers), None)
    return JSONResponse(explain_journey(house.gateway.consider(call)))


@router.get("/v1/route/{request_id}", tags=["chat"], summary="What was chosen, and what it cost")
def explain_request(request: Request, request_id: str) -> JSONResponse:
    """A past request from the ledger: signals, decision, every upstream call and its price.

    A key sees its own requests only, the latest where it sent one id several times.
    """
    house = house_of(request)
    key_name = _grant_of(request, house).name
    house.ledger.flush()
    entry = house.ledger.find(request_id, key_name)
    if entry is None:
        raise UnknownRequestError(f"The ledger has no request '{request_id}' of this key.")
    return JSONResponse(explain_entry(entry, house.policies.current))


@router.get("/health/live", tags=["health"], summary="The process runs")
def live() -> dict[str, str]:
    """Always `ok` while the process can answer at all."""
    return {"status": "ok"}


@router.get("/health/ready", tags=["health"], summary="Requests can be served")
def ready(request: Request) -> JSONResponse:
    """Whether a model is on, the policy is loaded and the ledger takes rows; 503 with the reasons else."""
    house = house_of(request)
    problems = []
    if not any(model.is_on for model in house.candidates()):
        problems.append("no model is on; see /v1/models for why each one is off")
    if trouble := house.ledger.trouble():
        problems.append(trouble)
    body = {
        "status": "unavailable" if problems else "ok",
        "problems": problems,
        "policy": {"name": house.policies.current.name, "version": house.policies.current.version},
        "vendors": {v.name: "on" if v.is_on else f"off: {v.why}" for v in house.vendors},
    }
    return JSONResponse(body, status_code=503 if problems else 200)


@router.get("/metrics", tags=["health"], summary="Prometheus metrics")
def metrics(request: Request) -> Response:
    """Every metric of docs/metrics.md in Prometheus' text format."""
    return Response(
        house_of(request).metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8"
    )

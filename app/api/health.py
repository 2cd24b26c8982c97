"""GET /healthz, /readyz and /metrics: for load balancers and Prometheus."""

from __future__ import annotations

from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.api.endpoints import Endpoints
from app.api.guards import Guard
from app.api.metrics import RequestMetrics
from app.api.response_schemas import AliveSchema, ReadinessSchema
from app.api.use_cases import UseCases


def health_endpoints(use_cases: UseCases, metrics: RequestMetrics) -> Endpoints:
    """The blueprint of the health endpoints."""
    endpoints = Endpoints("HealthService")

    @endpoints.operation(
        "/healthz", operation_id="IsAlive", guard=Guard.OPEN, summary="Is the process alive?", gives={200: AliveSchema}
    )
    def healthz() -> Response:
        return jsonify(status="alive")

    @endpoints.operation(
        "/readyz",
        operation_id="IsReady",
        guard=Guard.OPEN,
        summary="Can it take requests?",
        gives={200: ReadinessSchema, 503: ReadinessSchema},
    )
    def readyz() -> Response:
        health = use_cases.check_health()
        status = "degraded" if health.degraded else "ready"
        response = jsonify(
            status=status if health.ready else "unavailable",
            database=health.database,
            redis=health.redis,
            oldest_due_seconds=health.oldest_due_seconds,
        )
        response.status_code = 200 if health.ready else 503
        return response

    @endpoints.operation(
        "/metrics", operation_id="ReadMetrics", guard=Guard.OPEN, summary="Numbers for Prometheus", gives={200: None}
    )
    def read_metrics() -> Response:
        return Response(metrics.exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return endpoints

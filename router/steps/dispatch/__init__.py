"""The step that calls models by plan, so that no failure passes for an answer."""

from router.steps.dispatch.breaker import Breakers, BreakerSettings
from router.steps.dispatch.deployments import Deployment, Deployments
from router.steps.dispatch.dispatcher import Dispatcher
from router.steps.dispatch.errors import AllFailedError, join_failures, telling_of
from router.steps.dispatch.limiter import LimiterSettings
from router.steps.dispatch.observer import AttemptSink, Observer, SilentObserver
from router.steps.dispatch.probes import Prober

__all__ = [
    "AllFailedError",
    "AttemptSink",
    "BreakerSettings",
    "Breakers",
    "Deployment",
    "Deployments",
    "Dispatcher",
    "LimiterSettings",
    "Observer",
    "Prober",
    "SilentObserver",
    "join_failures",
    "telling_of",
]

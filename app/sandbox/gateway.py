"""The way of a request, in the real server's order: body, route, rate limit, key, endpoint."""

from dataclasses import replace

from app.sandbox import errors
from app.sandbox.calls import NO_AUTHENTICATION, Answer, Call, Inquiry
from app.sandbox.routes import KEYED, PERMITTED, find_route
from app.sandbox.sandbox import Sandbox
from app.sandbox.throttle import TOKEN_LIMIT, Standing
from app.sandbox.world import User

KEY_PREFIX = "cal_"
UNKNOWN_KEY = "CustomThrottlerGuard - Invalid API Key"
_KEY_FAULTS = {
    "expired": "ApiAuthStrategy - api key - Your api key is expired",
    "revoked": "ApiAuthStrategy - api key - Your api key is not valid",
}
NOT_PERMITTED = (
    "PermissionsGuard - no authentication provided. Provide either authorization bearer token containing managed user "
    "access token or oAuth client id in 'x-cal-client-id' header."
)


class Gateway:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def answer(self, call: Call, *, stale_seconds: float = 0.0, lie: str | None = None) -> Answer:
        headers: dict[str, str] = {}
        try:
            body = call.body()
            route, params = find_route(call)
            standing = self.count(call)
            headers = standing.headers()
            if standing.refused:
                raise errors.throttled()
            user = self._caller(call, route.access)
            if call.method == "GET":
                self.sandbox.clock.sleep(self.sandbox.latency.of_read())
            answer = route.handle(self.sandbox, Inquiry(call, params, body, user, stale_seconds, lie))
        except errors.RefusalError as refusal:
            answer = self.refuse(call, refusal)
        return replace(answer, headers={**headers, **answer.headers})

    def refuse(self, call: Call, refusal: errors.RefusalError) -> Answer:
        return Answer(refusal.status, refusal.body(call.url, self.sandbox.clock.now()))

    def count(self, call: Call) -> Standing:
        who, limit = self.payer(call)
        return self.sandbox.throttle.count(who, limit, enforced=self.sandbox.options.rate_limit_enforced)

    def payer(self, call: Call) -> tuple[str, int]:
        """Whose budget a call uses; an unknown key has none and ends here."""
        token = call.bearer
        if token is None:
            return f"address {call.remote}", self.sandbox.options.rate_limit
        if not token.startswith(KEY_PREFIX):
            return f"token {token}", TOKEN_LIMIT
        if token not in self.sandbox.world.keys:
            raise errors.nest(401, UNKNOWN_KEY)
        return f"key {token}", self.sandbox.options.rate_limit

    def _caller(self, call: Call, access: str) -> User | None:
        token = call.bearer
        if token is None:
            if access == KEYED:
                raise errors.nest(401, NO_AUTHENTICATION)
            if access == PERMITTED:
                raise errors.nest(403, NOT_PERMITTED)
            return None
        if not token.startswith(KEY_PREFIX):
            if access == PERMITTED:
                raise errors.nest(403, f"PermissionsGuard - no oAuth client found for access token={token}")
            raise errors.nest(401, "Invalid Access Token.")
        key = self.sandbox.world.keys[token]
        if key.state in _KEY_FAULTS:
            raise errors.nest(401, _KEY_FAULTS[key.state])
        return self.sandbox.world.users[key.user_id]

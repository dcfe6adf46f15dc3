"""When a request to another server is made again: how long to wait, by its own word or by ours."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from datetime import UTC, datetime

import tenacity

from pipelines.messages import Message


class AgainError(Exception):
    """The same request may succeed later; `after` is the server's own word for when, in seconds."""

    def __init__(self, message: Message, after: float | None = None) -> None:
        super().__init__(message.code)
        self.message = message
        self.after = after


def again(attempts: int, longest: float, sleep: Callable[[float], None]) -> tenacity.Retrying:
    """Calls again after an AgainError, so many times; without the server's word it waits up to `longest` seconds."""

    def pause(state: tenacity.RetryCallState) -> float:
        """What the server says, else longer each time, and never all clients at once."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, AgainError) and error.after is not None:
            return error.after
        return float(tenacity.wait_exponential_jitter(initial=1, max=longest)(state))

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(AgainError),
        stop=tenacity.stop_after_attempt(attempts),
        wait=pause,
        sleep=sleep,
        reraise=True,
    )


def retry_after(text: str) -> float | None:
    """Seconds from now, of a Retry-After header: a number or a date; None for anything else."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())

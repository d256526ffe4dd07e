"""The errors of the services that send messages, and which kind each one is.

DeliveryError
├── TransientError    not sent, retry later: throttled, service unavailable, connection failed
│   ├── SetUpError    not sent before somebody changes something: an unverified sender, a paused account, a right
│   ├── RateExceededError   the account sends faster than it may: within a minute
│   └── QuotaExceededError  the account has sent as much as it may in 24 hours: in some hours
├── UnansweredError   the connection ended without a response: the message may have been sent
└── PermanentError    the service will never accept this message for this address
    └── OptedOutError the holder of the number wants no text messages
"""

from __future__ import annotations

import re
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError

from casereview.schema.errors import CaseReviewError

_ABOUT_ADDRESS: Final = re.compile(
    r"missing final '@domain'|illegal address|local address (contains|starts|ends)|domain (contains|starts|ends)"
    r"|user name is missing|invalid domain name|address (length )?is (too long|more than)|missing '\"'"
    r"|blacklist|suppression list",
    re.IGNORECASE,
)
"""What SES says of an address in the text of ``MessageRejected`` and ``BadRequestException``. It has the same codes for
an identity that is not verified, a configuration set that is unknown and an account in the sandbox."""
_ABOUT_NUMBER: Final = frozenset(
    {
        "DESTINATION_COUNTRY_BLOCKED",
        "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
        "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
        "PRICE_OVER_THRESHOLD",
    }
)
"""Reasons for which AWS End User Messaging refuses a number: the agency allows no messages to it, or a lower price."""
_OPTED_OUT: Final = "DESTINATION_PHONE_NUMBER_OPTED_OUT"
_NUMBER_FIELD: Final = "DestinationPhoneNumber"
_THROTTLED: Final = re.compile(r"throttl|too_?many_?requests|request_?limit|slow_?down", re.IGNORECASE)
_QUOTA: Final = "daily message quota exceeded"
"""What SES says of the quota of 24 hours; it has the code of too high a rate.
Source: https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html"""
_UNAVAILABLE: Final = re.compile("internal|unavailable", re.IGNORECASE)
_SERVER_ERROR: Final = 500
"""From this HTTP status on, the service failed; below it, the request was refused."""


class DeliveryError(CaseReviewError):
    """A provider did not accept a message.

    Attributes:
        code: The provider's error code; its text is left out, because it can contain the address.
    """

    def __init__(self, code: str) -> None:
        """Store the code."""
        super().__init__(code)
        self.code = code


class TransientError(DeliveryError):
    """Not sent; a retry can succeed."""


class SetUpError(TransientError):
    """Not sent, because the service is set up wrongly, or may not be used; it concerns all messages, not this one."""


class RateExceededError(TransientError):
    """Not sent, because the account sends faster than it may: worth another try within a minute."""


class QuotaExceededError(TransientError):
    """Not sent, because the account has sent as much as it may in 24 hours: worth another try in some hours."""


class UnansweredError(DeliveryError):
    """No response; the message may have been sent, so the number of retries is limited."""


class PermanentError(DeliveryError):
    """Not sent; a retry cannot succeed."""


class OptedOutError(PermanentError):
    """Not sent, because the holder of the number asked for no more messages, by the word STOP."""


def mail_error(error: ClientError | BotoCoreError) -> DeliveryError:
    """Return the kind of an error of SES."""
    is_permanent = isinstance(error, ClientError) and _is_about_address(error)
    return _classify(error, is_permanent=is_permanent)


def _is_about_address(error: ClientError) -> bool:
    """Return whether SES refused an address; what it does not say clearly is taken for a fault of the set-up."""
    details = error.response["Error"]
    is_refusal = details["Code"] in {"MessageRejected", "BadRequestException"}
    return is_refusal and _ABOUT_ADDRESS.search(details.get("Message", "")) is not None


def text_error(error: ClientError | BotoCoreError) -> DeliveryError:
    """Return the kind of an error of AWS End User Messaging, by its reason; what concerns no number is the set-up's."""
    if not isinstance(error, ClientError):
        return _classify(error, is_permanent=False)
    details: Any = error.response
    reason = details.get("Reason")
    if reason == _OPTED_OUT:
        return OptedOutError(reason)
    fields = {field.get("Name") for field in details.get("Fields") or ()}
    return _classify(error, is_permanent=reason in _ABOUT_NUMBER or _NUMBER_FIELD in fields)


def _classify(error: ClientError | BotoCoreError, *, is_permanent: bool) -> DeliveryError:
    if isinstance(error, NoCredentialsError):
        return SetUpError(type(error).__name__)
    if not isinstance(error, ClientError):
        connected = isinstance(error, HTTPClientError)  # botocore's errors of a failed connection are not of this class
        return (UnansweredError if connected else TransientError)(type(error).__name__)
    code = error.response["Error"]["Code"]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if is_permanent:
        return PermanentError(code)
    if _QUOTA in error.response["Error"].get("Message", "").lower():
        return QuotaExceededError(code)
    if _THROTTLED.search(code) and not code.startswith("KMS"):
        return RateExceededError(code)
    is_temporary = status >= _SERVER_ERROR or _THROTTLED.search(code) or _UNAVAILABLE.search(code)
    return TransientError(code) if is_temporary else SetUpError(code)

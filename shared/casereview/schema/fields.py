"""The field types of request bodies, with their validation and JSON Schema."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema

from casereview.schema.base import rfc3339
from casereview.schema.email_addresses import read_email
from casereview.schema.error_codes import invalid_value
from casereview.schema.languages import tag_of
from casereview.schema.partial_dates import format_partial
from casereview.schema.phone_numbers import read_number
from casereview.schema.text import is_blank
from casereview.schema.typed_text import fold_address, read_zip
from casereview.schema.typed_times import (
    format_removal_time,
    format_time_or_day,
    parse_day,
    parse_deadline,
    parse_past_date,
    parse_removal_time,
    parse_time,
    parse_time_or_day,
)

if TYPE_CHECKING:
    from pydantic.config import JsonDict

Text = Annotated[str, StringConstraints(max_length=200)]


def _visible(text: str) -> str:
    if is_blank(text):
        raise invalid_value("required")
    return text


LongText = Annotated[str, StringConstraints(max_length=32_000), AfterValidator(_visible)]
"""A text such as a reason or a statement: at least one character of it is visible."""


def _email(value: str) -> str:
    found = read_email(fold_address(value))
    if found is None or "." not in found.ascii_domain:
        raise invalid_value("not_an_email_address")
    return found.ascii_email or found.normalized


def _zip(value: str) -> str:
    found = read_zip(value)
    if found is None:
        raise invalid_value("not_a_zip_code")
    return "-".join(filter(None, found))


def _phone(value: str) -> str:
    number = read_number(value)
    if number is None:
        raise invalid_value("not_a_phone_number")
    return number


def _language(value: str) -> str:
    tag = tag_of(value)
    if tag is None:
        raise invalid_value("not_a_language_tag", forms="es, ht")
    return tag


_YEARS = "(19|2[01])[0-9]{2}"
_UTC_YEARS = "(1899|(19|2[01])[0-9]{2}|2200)"
"""The years that a time may be written with: near New Year its year in UTC is another one."""
_MONTH, _DAY_OF_MONTH = "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
_MINUTE, _OFFSET = "([01][0-9]|2[0-3]):[0-5][0-9]", "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_FULL_DATE = {"type": "string", "format": "date", "pattern": f"^{_YEARS}-"}
_PARTIAL_DATE = {"type": "string", "pattern": f"^{_YEARS}(-{_MONTH})?$"}
_DATE_TIME = {
    "type": "string",
    "format": "date-time",
    "pattern": rf"^{_UTC_YEARS}-{_MONTH}-{_DAY_OF_MONTH}[Tt]{_MINUTE}:[0-5][0-9](\.[0-9]{{1,9}})?{_OFFSET}$",
}
_WITHOUT_SECONDS = {"type": "string", "pattern": f"^{_UTC_YEARS}-{_MONTH}-{_DAY_OF_MONTH}[Tt]{_MINUTE}{_OFFSET}$"}


def _shown(title: str, description: str, **schema: object) -> WithJsonSchema:
    """Return the JSON Schema of a field type; under its title OpenAPI has it as a schema of its own."""
    return WithJsonSchema({"title": title, "description": description, **schema})


def has_value(name: str) -> JsonDict:
    """Return the JSON Schema of an object in which this field is neither absent nor null, blank or empty."""
    stated: JsonDict = {"type": ["string", "object"], "pattern": r"\S", "minProperties": 1}
    return {"required": [name], "properties": {name: stated}}


PastDate = Annotated[
    date,
    PlainValidator(parse_past_date),
    PlainSerializer(format_partial, return_type=str, when_used="json"),
    _shown(
        "PastDate",
        "A day, month or year of 1900 or later, begun somewhere: at most tomorrow in UTC. Digits and dashes of other"
        " scripts and widths are read too, here and in all dates and times.",
        anyOf=[_FULL_DATE, _PARTIAL_DATE],
    ),
]
Day = Annotated[
    date,
    PlainValidator(parse_day),
    PlainSerializer(date.isoformat, return_type=str, when_used="json"),
    _shown("Day", "A day, past or future.", **_FULL_DATE),
]
RemovalTime = Annotated[
    datetime,
    PlainValidator(parse_removal_time),
    PlainSerializer(format_removal_time, return_type=str, when_used="json"),
    _shown(
        "RemovalTime",
        "A time with offset (RFC 3339), or a day: its first instant in Eastern time.",
        anyOf=[_DATE_TIME, _WITHOUT_SECONDS, _FULL_DATE],
    ),
]
Deadline = Annotated[
    datetime,
    PlainValidator(parse_deadline),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    _shown(
        "Deadline",
        "A time with offset (RFC 3339), or a day, which counts to its end: the following midnight, Eastern time.",
        anyOf=[_DATE_TIME, _WITHOUT_SECONDS, _FULL_DATE],
    ),
]
Time = Annotated[
    datetime,
    PlainValidator(parse_time),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    _shown("Time", "A time with offset (RFC 3339).", anyOf=[_DATE_TIME, _WITHOUT_SECONDS]),
]
TimeOrDay = Annotated[
    datetime | date,
    PlainValidator(parse_time_or_day),
    PlainSerializer(format_time_or_day, return_type=str, when_used="json"),
    _shown(
        "TimeOrDay",
        "A time with offset (RFC 3339), or a day: the whole of it in Eastern time.",
        anyOf=[_DATE_TIME, _WITHOUT_SECONDS, _FULL_DATE],
    ),
]
Email = Annotated[
    Text,
    AfterValidator(_email),
    _shown(
        "Email",
        "An address that mail can be sent to: ASCII before the @, a domain with a dot after it.",
        type="string",
        format="idn-email",
        maxLength=200,
        pattern=r"^[!-?A-~]+@[^@\s]+$",
    ),
]
Phone = Annotated[
    Text,
    AfterValidator(_phone),
    _shown(
        "Phone",
        "A telephone number with its area code, as people write it; without a country code it is one of the US."
        " An extension is kept for whoever calls, as in `+19735550142;ext=45`; such a number gets no text messages.",
        type="string",
        format="phone",
        maxLength=200,
    ),
]
ZipCode = Annotated[
    Text,
    AfterValidator(_zip),
    _shown(
        "ZipCode",
        "A ZIP code of five or nine digits.",
        type="string",
        maxLength=200,
        pattern=r"^\s*[0-9]{5}([ -]*[0-9]{4})?\s*$",
    ),
]
AddressLine = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_visible),
    _shown("AddressLine", "A line of a postal address.", type="string", maxLength=200, pattern=r"\S"),
]
"""A line of a postal address; at least one character of it is visible."""
LanguageTag = Annotated[
    Text,
    AfterValidator(_language),
    _shown(
        "LanguageTag",
        "A BCP 47 tag whose parts are registered, such as `es`, `ht` or `pa-Arab`. The name of a language, in English"
        " or in its own, is read as its tag.",
        type="string",
        format="language-tag",
        maxLength=100,
        pattern="^([A-Za-z]{2,8}|[IXix]-[A-Za-z0-9]{1,8})(-[A-Za-z0-9]{1,8})*$",
    ),
]

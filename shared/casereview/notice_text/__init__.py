"""The words that people are told: the public notice, and what a message needs before it can be made."""

from casereview.notice_text.catalog import (
    OFFICE_VERSIONS,
    VERSIONS,
    NoticeTextError,
    OfficeTemplateId,
    TemplateId,
    check_values,
)
from casereview.notice_text.public_notice import LINE, PublicNotice, public_notice

__all__ = [
    "LINE",
    "OFFICE_VERSIONS",
    "VERSIONS",
    "NoticeTextError",
    "OfficeTemplateId",
    "PublicNotice",
    "TemplateId",
    "check_values",
    "public_notice",
]

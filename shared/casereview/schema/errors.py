"""The tree of the errors that the application raises. Each is defined in the module that raises it.

    CaseReviewError
    ├── ProblemError                 casereview.http.problems      a request is refused, with a problem document
    ├── ConcurrentChangeError        casereview.schema.errors      a concurrent write came first: read again
    │   ├── CaseChangedError         casereview.schema.errors      the data changed between two reads of its parts
    │   ├── RefusedError             casereview.store.transaction  a condition of a transaction failed
    │   └── StillChangingError       prioritize.worker             a case changed at each try
    ├── BusyError                    casereview.store.table        each try of a batch read left keys unprocessed
    ├── ContentionError              casereview.store.transaction  a conflict or throttling; nothing was written
    ├── OutOfTimeError               casereview.runtime.aws_clients  no time is left for a call of AWS
    ├── IllegalTransitionError       casereview.cases.lifecycle    a change of status that the lifecycle does not allow
    ├── UnreadableCaseError          notify.recipients             a record of a case lacks a field: nothing is sent
    ├── WrongFieldError              casereview.store.unreadable   a field of a stored item has the wrong type
    ├── UnreadableError              casereview.store.unreadable   a stored item lacks a field, or has a wrong value
    ├── SealBrokenError              casereview.crypto.sealing     encrypted data was altered, or is of another item
    ├── KmsRefusedError              casereview.crypto.sealing     KMS did not decrypt, which says nothing of the data
    ├── InvalidCursorError           casereview.crypto.cursors     a cursor was altered, or is of another list or user
    ├── DocumentError                casereview.policy.loader      a policy document has faults
    ├── UnreadablePolicyError        casereview.store.policy_repository  the text of a policy is missing or unreadable
    ├── NoticeTextError              casereview.notices.catalog    a message cannot be rendered
    ├── UnsendableError              notify.mime                   an address or header that is not safe in an e-mail
    │   └── SenderError              notify.mime                   that of the sender
    ├── DeliveryError                notify.provider_errors        a provider did not accept a message
    │   ├── TransientError           notify.provider_errors        worth another try
    │   │   ├── SetUpError           notify.provider_errors        worth one after somebody changed the set-up
    │   │   ├── RateExceededError    notify.provider_errors        too fast: within a minute
    │   │   └── QuotaExceededError   notify.provider_errors        the quota of 24 hours: in some hours
    │   ├── UnansweredError          notify.provider_errors        perhaps sent: worth a few more tries
    │   └── PermanentError           notify.provider_errors        not worth another try
    │       └── OptedOutError        notify.provider_errors        the holder of the number wants no text messages
    ├── UnreachableError             desk.login                    the sign-in of the staff did not answer
    ├── UnsentError                  prioritize.app                SQS did not accept the messages of a run
    └── FailedError                  prioritize.app                a scheduled task failed; the log has the details

Errors whose names begin with an underscore do not leave their module, and are not part of the tree.
"""

from __future__ import annotations


class CaseReviewError(Exception):
    """The base class of the errors that the application raises."""


class ConcurrentChangeError(CaseReviewError):
    """A concurrent write came first. Nothing was written; read again and retry."""


class CaseChangedError(ConcurrentChangeError):
    """The data changed between two reads of its parts."""

"""The errors that the product raises on purpose, as one tree. Each is defined where it is raised.

    CaseReviewError
    ├── ProblemError                 casereview.http.problems      a request is refused, with a problem document
    ├── ConcurrentChangeError        casereview.schema.errors      another write was faster: read again
    │   ├── CaseChangedError         casereview.schema.errors      what was read in several parts changed meanwhile
    │   ├── RefusedError             casereview.store.transaction  a transaction took no effect
    │   └── StillChangingError       prioritize.worker             a case changed at each try
    ├── BusyError                    casereview.store.table        the table answered only in part at each try
    ├── IllegalTransitionError       casereview.cases.lifecycle    a change of status that the lifecycle does not have
    ├── SealBrokenError              casereview.crypto.sealing     a sealed part was changed, or belongs elsewhere
    ├── DocumentError                casereview.policy.loader      a policy document has faults
    ├── NoticeTextError              casereview.notices.catalog    a message cannot be rendered
    ├── UnsendableError              notify.mime                   an address or header that must not be in an e-mail
    ├── DeliveryError                notify.providers              a provider did not accept a message
    │   ├── TransientError           notify.providers              worth another try
    │   ├── UnansweredError          notify.providers              perhaps sent: worth another try, but not often
    │   └── PermanentError           notify.providers              not worth another try
    ├── UnsentError                  prioritize.app                a queue did not take what a tick sent
    └── FailedError                  prioritize.app                a duty failed; the log says where

Errors whose names begin with an underscore never leave their module, and are not part of the tree.
"""

from __future__ import annotations


class CaseReviewError(Exception):
    """The base of every error that the product raises on purpose."""


class ConcurrentChangeError(CaseReviewError):
    """Another write was faster: nothing was written, and reading again may help."""


class CaseChangedError(ConcurrentChangeError):
    """What was read in several parts changed between the reads."""

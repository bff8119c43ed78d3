"""Groups, selection keys and lock numbers that models and tests share."""

DEBTOR_CONTROL = "account.group_account_invoice"
ACCOUNTING_MANAGER = "account.group_account_manager"
# Who reads what holds are about; others see that an invoice is not dunned.
READERS = f"{DEBTOR_CONTROL},account.group_account_readonly"

SCOPE_AMOUNT = "amount"
SCOPE_INVOICE = "invoice"
SCOPE_CUSTOMER = "customer"
SCOPES = [
    (SCOPE_AMOUNT, "Disputed amount"),
    (SCOPE_INVOICE, "Whole invoice"),
    (SCOPE_CUSTOMER, "All invoices of the customer"),
]

HOLD_REQUESTED = "requested"
HOLD_ACTIVE = "active"
HOLD_RELEASED = "released"
HOLD_EXPIRED = "expired"
HOLD_WITHDRAWN = "withdrawn"
HOLD_STATES = [
    (HOLD_REQUESTED, "Requested"),
    (HOLD_ACTIVE, "Active"),
    (HOLD_RELEASED, "Released"),
    (HOLD_EXPIRED, "Expired"),
    (HOLD_WITHDRAWN, "Withdrawn"),
]
RUNNING_STATES = (HOLD_REQUESTED, HOLD_ACTIVE)

# With what a hold ends: what was decided about the part that was disputed.
DECIDED_CREDITED = "credited"
DECIDED_PARTLY = "partly"
DECIDED_REMEDIED = "remedied"
DECIDED_REJECTED = "rejected"
DECIDED_WITHDRAWN = "withdrawn"
DECIDED_EXPIRED = "expired"
DECIDED_MISTAKE = "mistake"
OUTCOMES = [
    (DECIDED_CREDITED, "Credited"),
    (DECIDED_PARTLY, "Partly credited"),
    (DECIDED_REMEDIED, "Remedied"),
    (DECIDED_REJECTED, "Rejected"),
    (DECIDED_WITHDRAWN, "Withdrawn"),
    (DECIDED_EXPIRED, "Expired"),
    (DECIDED_MISTAKE, "Held by mistake"),
]

# Where the disputed part stands once its case is settled. The first two are still held.
PART_UNDECIDED = "undecided"
PART_TO_CREDIT = "to_credit"
PART_WAITING = "waiting"
PART_DUNNED = "dunned"
PART_DONE = "done"
PART_STATES = [
    (PART_UNDECIDED, "Outcome not decided"),
    (PART_TO_CREDIT, "To be credited"),
    (PART_WAITING, "Waits for its date"),
    (PART_DUNNED, "Back in dunning"),
    (PART_DONE, "Done"),
]

# What a hold that was asked for still waits for.
WAITS_APPROVAL = "approval"
WAITS_SERVICE = "service"
WAITS_SLIP = "slip"
WAITS_REMINDER = "reminder"
WAITS_MANAGER = "manager"
WAITS = [
    (WAITS_APPROVAL, "Debtor control"),
    (WAITS_MANAGER, "The accounting manager"),
    (WAITS_SERVICE, "Who works on the case"),
    (WAITS_SLIP, "Confirmation of the slip"),
    (WAITS_REMINDER, "A reminder just leaving"),
]

# When a hold that a customer asks for begins to work.
CUSTOMER_HOLD_APPROVAL = "approval"
CUSTOMER_HOLD_AT_ONCE = "at_once"
CUSTOMER_HOLDS = [
    (CUSTOMER_HOLD_APPROVAL, "After approval"),
    (CUSTOMER_HOLD_AT_ONCE, "At once"),
]

# What of an invoice is held.
HELD_NONE = "none"
HELD_PARTIAL = "partial"
HELD_FULL = "full"
HELD_STATES = [
    (HELD_NONE, "Not held"),
    (HELD_PARTIAL, "Partly held"),
    (HELD_FULL, "Held"),
]

# How dunning goes on when a hold ends.
RELEASE_GO_ON = "go_on"
RELEASE_WAIT = "wait"
RELEASE_RESTART = "restart"
RELEASE_NEW_DUE = "new_due"
RELEASE_POLICIES = [
    (RELEASE_GO_ON, "Go on at the level reached"),
    (RELEASE_WAIT, "Wait some days, then go on"),
    (RELEASE_RESTART, "Start again at the first level"),
    (RELEASE_NEW_DUE, "Give a new due date"),
]

# The fields of the terms of a release.
TERMS = ("release_policy", "wait_days", "due_days", "payment_term_id")

# No release gives a customer more days than these.
MOST_RELEASE_DAYS = 366

# What somebody decides by himself up to an amount, and for so many days.
LIMIT_HOLD = "hold"
LIMIT_RENEW = "renew"
LIMIT_DATE = "date"
LIMIT_GRANT = "grant"
LIMIT_ACTIONS = [
    (LIMIT_HOLD, "Hold"),
    (LIMIT_RENEW, "Renew"),
    (LIMIT_DATE, "Move a date"),
    (LIMIT_GRANT, "Grant"),
]

# Why a hold ended.
END_SOLVED = "solved"
END_CREDITED = "credited"
END_MOVED = "moved"
END_TAKEN_OFF = "taken_off"
END_BY_HAND = "by_hand"
END_EXPIRED = "expired"
END_WITHDRAWN = "withdrawn"
END_PAID = "paid"
END_REFUSED = "refused"
END_REASONS = [
    (END_SOLVED, "Case solved or rejected"),
    (END_CREDITED, "Covered by a credit note"),
    (END_MOVED, "The goods are billed elsewhere"),
    (END_TAKEN_OFF, "The goods were taken off the case"),
    (END_BY_HAND, "Released by hand"),
    (END_EXPIRED, "We were silent for too long"),
    (END_WITHDRAWN, "Complaint withdrawn"),
    (END_PAID, "Invoice paid"),
    (END_REFUSED, "Not approved"),
]

# States in which a reminder counts as given, or is on its way.
REACHED_STATES = ("queued", "to_be_sent", "sent", "error", "email_error")

# What the next dunning run makes of an open instalment.
OUTCOME_REMIND = "remind"
OUTCOME_HELD = "held"
OUTCOME_SMALL = "small"
OUTCOME_BY_HAND = "by_hand"
OUTCOME_NOT_DUE = "not_due"
OUTCOME_WAITS = "waits"
OUTCOME_LAST = "last"
OUTCOME_NO_POLICY = "no_policy"
OUTCOME_NO_FOLLOW = "no_follow"
OUTCOME_NO_ACCOUNT = "no_account"
OUTCOME_LEFT_OUT = "left_out"
OUTCOME_APART = "apart"
# What a dry run shows: all that has its turn on that day, and what keeps it from it.
DRY_RUN_OUTCOMES = [
    (OUTCOME_REMIND, "Reminder"),
    (OUTCOME_HELD, "Held"),
    (OUTCOME_SMALL, "Below the tolerance"),
    (OUTCOME_BY_HAND, "By hand"),
]

# How long money has been held: the first day of each age.
AGES = [
    ("00", "0-7 days"),
    ("08", "8-30 days"),
    ("31", "31-60 days"),
    ("61", "61-90 days"),
    ("91", "Over 90 days"),
]

# Who settles what is disputed.
SETTLED_BY_SERVICE = "service"
SETTLED_BY_DEBTOR = "debtor"
SETTLED_BY = [
    (SETTLED_BY_SERVICE, "Service"),
    (SETTLED_BY_DEBTOR, "Debtor control"),
]

# Kinds of events on the case.
EVENT_HOLD = "hold"
EVENT_HOLD_END = "hold_end"
EVENT_HOLD_RENEWED = "hold_renewed"

# The context key ``aftersales_sync`` with this very object says that goods are followed,
# and nobody's hand changes anything: no request from outside can bring it.
SYNC = object()

# PostgreSQL advisory locks are told apart by two numbers: one of these, and an id.
LOCK_INVOICE = 7301
LOCK_PARTNER = 7302

"""Selection keys that models, siblings and tests share; never written as literals."""

ORIGIN_CUSTOMER = "customer"
ORIGIN_SUPPLIER = "supplier"
ORIGIN_INTERNAL = "internal"
ORIGIN_PROJECT = "project"
ORIGINS = [
    (ORIGIN_CUSTOMER, "Customer"),
    (ORIGIN_SUPPLIER, "Supplier"),
    (ORIGIN_INTERNAL, "Internal"),
    (ORIGIN_PROJECT, "Project"),
]

STATE_NEW = "new"
STATE_OPEN = "open"
STATE_WAITING = "waiting"
STATE_DONE = "done"
STATE_REJECTED = "rejected"
STATE_CANCELLED = "cancelled"
STATES = [
    (STATE_NEW, "New"),
    (STATE_OPEN, "In progress"),
    (STATE_WAITING, "Waiting"),
    (STATE_DONE, "Done"),
    (STATE_REJECTED, "Rejected"),
    (STATE_CANCELLED, "Cancelled"),
]
OPEN_STATES = (STATE_NEW, STATE_OPEN, STATE_WAITING)
CLOSED_STATES = (STATE_DONE, STATE_REJECTED, STATE_CANCELLED)

WAIT_CUSTOMER = "customer"
WAIT_SUPPLIER = "supplier"
WAIT_PARTS = "parts"
WAITS = [
    (WAIT_CUSTOMER, "Customer"),
    (WAIT_SUPPLIER, "Supplier"),
    (WAIT_PARTS, "Parts"),
]

# How a stage of a type finds the responsible when a case enters it.
ASSIGN_KEEP = "keep"
ASSIGN_USER = "user"
ASSIGN_TEAM = "team"
ASSIGN_LEADER = "leader"

# How a team chooses one of its members.
CHOOSE_LEADER = "leader"
CHOOSE_ROUND_ROBIN = "round_robin"
CHOOSE_LEAST_LOADED = "least_loaded"

# Who looks at a case, or is asked for one: what field rules are judged for.
SURFACE_BACKOFFICE = "backoffice"
SURFACE_GATE = "gate"  # a stage judges a move
SURFACE_PORTAL = "portal"  # the customer looks at his case
SURFACE_INTAKE = "intake"  # he is asked for a new one: portal, web form, API
COLLEAGUE_SURFACES = (SURFACE_BACKOFFICE, SURFACE_GATE)
SURFACES = (*COLLEAGUE_SURFACES, SURFACE_PORTAL, SURFACE_INTAKE)
# What a field rule says of customers.
PORTAL_HIDDEN, PORTAL_VISIBLE = "hidden", "visible"
PORTAL_EDITABLE, PORTAL_ASKED = "editable", "asked"

# What somebody does who has the form of a case open, as the others there are told.
PRESENCE_LOOKING, PRESENCE_WRITING = "looking", "writing"
PRESENCE_EDITING, PRESENCE_LEFT = "editing", "left"
PRESENCES = (PRESENCE_LOOKING, PRESENCE_WRITING, PRESENCE_EDITING, PRESENCE_LEFT)

# Kinds of operation whose transfers customers know by a slip; a sibling of stock adds
# dropshipping.
SLIP_CODES = ("outgoing", "dropship")
# What is known of the slip whose number stands on a case.
SLIP_UNKNOWN, SLIP_CHOICE = "unknown", "choice"
SLIP_UNDONE, SLIP_DONE = "undone", "done"
SLIP_CLAIMED = "claimed"
SLIP_STATES = [
    (SLIP_UNKNOWN, "Not found yet"),
    (SLIP_CHOICE, "To be chosen"),
    (SLIP_CLAIMED, "To be confirmed"),
    (SLIP_UNDONE, "Not delivered yet"),
    (SLIP_DONE, "Delivered"),
]

# Bounds of settings, ten years: a longer limit means none, which is 0.
MOST_DAYS, MOST_HOURS = 3650, 87600
MOST_CHANGES = 1000

SCALE = [("1", "Low"), ("2", "Medium"), ("3", "High")]
PRIORITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")]

# How goods get back to the customer.
HANDOVER_PICKUP, HANDOVER_SHIPPING = "pickup", "shipping"
HANDOVERS = [(HANDOVER_PICKUP, "Pick-up"), (HANDOVER_SHIPPING, "Shipping")]

# What a link to a case is for: its status.
LINK_VIEW = "view"

# How a case reached us; siblings add their own, so the field is a Char.
CHANNEL_MAIL = "mail"
CHANNEL_HAND = "hand"
CHANNEL_PHONE = "phone"
CHANNEL_PORTAL = "portal"
CHANNEL_WEB = "web"
CHANNEL_API = "api"

# Kinds of events; siblings add their own, so the field is a Char.
EVENT_CREATED = "created"
EVENT_IMPORTED = "imported"
EVENT_STAGE = "stage"
EVENT_FORCED = "forced"
EVENT_TYPE = "type"
EVENT_ASSIGNED = "assigned"
EVENT_TEAM = "team"
EVENT_PRIORITY = "priority"
EVENT_CUSTOMER = "customer"
EVENT_MAIL_IN = "mail_in"
EVENT_MAIL_OUT = "mail_out"
EVENT_MAIL_FAILED = "mail_failed"
EVENT_HANDOVER = "handover"
EVENT_MERGE = "merge"
EVENT_SPLIT = "split"
EVENT_REOPENED = "reopened"
EVENT_SIGNAL = "signal"
EVENT_CLAIM_CONFIRMED = "claim_confirmed"
EVENT_CLAIM_REJECTED = "claim_rejected"
EVENT_CLAIM_EXPIRED = "claim_expired"
EVENT_SLIP_CONFIRMED = "slip_confirmed"
# What was said: to the customer, by him, and what of ours did not go to him.
EVENT_REPLY = "reply"
EVENT_CUSTOMER_MESSAGE = "customer_message"
EVENT_MESSAGE = "message"
# When the customer told us was corrected; a date was told to the customer.
EVENT_REPORTED = "reported"
EVENT_PROMISE = "promise"
# Why a promise ends without being taken back: what was promised was done.
PROMISE_KEPT = "kept"

# What can keep a case from a stage, besides the kinds of requirement.
MISSING_MOVE = "move"
MISSING_ROLE = "role"

INTAKE_WAITING = "waiting"
INTAKE_CASE = "case"
INTAKE_ADDED = "added"
INTAKE_REFUSED = "refused"
INTAKE_STATES = [
    (INTAKE_WAITING, "Waiting"),
    (INTAKE_CASE, "Became a case"),
    (INTAKE_ADDED, "Added to a case"),
    (INTAKE_REFUSED, "Refused"),
]

REASON_DUPLICATE = "duplicate"
REASON_AUTO_REPLY = "auto_reply"
REASON_BULK = "bulk"
REASON_NULL_SENDER = "null_sender"
REASON_BOUNCE = "bounce"
REASON_LOOP = "loop"
REASON_OUR_ADDRESS = "our_address"
REASON_ERROR = "error"
REASON_AGAIN = "again"
REASON_NO_SOURCE = "no_source"
REASON_DISMISSED = "dismissed"
REASON_SENDER_UNKNOWN = "sender_unknown"
REASON_SENDER_AMBIGUOUS = "sender_ambiguous"
REASON_SENDER_FORGED = "sender_forged"
REASON_INBOX = "inbox"
REASON_OTHER_SENDER = "other_sender"
REASON_TYPE_ARCHIVED = "type_archived"
REASON_SCAN = "scan"
INTAKE_REASONS = [
    (REASON_DUPLICATE, "Received before"),
    (REASON_AUTO_REPLY, "Automatic reply"),
    (REASON_BULK, "Mailing list or bulk mail"),
    (REASON_NULL_SENDER, "No sender address"),
    (REASON_BOUNCE, "Bounce or delivery report"),
    (REASON_LOOP, "Mail loop"),
    (REASON_OUR_ADDRESS, "Sent from one of our own addresses"),
    (REASON_ERROR, "Could not be processed"),
    (REASON_AGAIN, "Will be tried again soon"),
    (REASON_NO_SOURCE, "Could not be kept: ask the sender for it"),
    (REASON_DISMISSED, "Dismissed by a colleague"),
    (REASON_SENDER_UNKNOWN, "Sender is not a known customer"),
    (REASON_SENDER_AMBIGUOUS, "Sender matches several customers"),
    (REASON_SENDER_FORGED, "Our mail server doubts the sender's address"),
    (REASON_INBOX, "Sent to the general inbox"),
    (REASON_OTHER_SENDER, "Sent by none of the people of the case"),
    (REASON_TYPE_ARCHIVED, "Type or team of this address is archived"),
    (REASON_SCAN, "Scan from one of our own devices"),
]

ALLOW_ADDRESS, ALLOW_DOMAIN, ALLOW_LIST = "address", "domain", "list"
ALLOWANCES = [
    (ALLOW_ADDRESS, "Address"),
    (ALLOW_DOMAIN, "Domain"),
    (ALLOW_LIST, "Mailing List"),
]
# Those of mails that a machine wrote.
AUTOMATIC_REASONS = (
    REASON_AUTO_REPLY,
    REASON_BULK,
    REASON_NULL_SENDER,
    REASON_BOUNCE,
    REASON_LOOP,
)

# Why a customer or slip is only a candidate: what the claim rests on.
CLAIM_FORGED = "forged"
CLAIM_FORWARDED = "forwarded"
CLAIM_REPLY_TO = "reply_to"
CLAIM_TYPED = "typed"
CLAIM_ADDRESS = "address"
CLAIM_PHONE = "phone"
CLAIM_DOCUMENT = "document"
CLAIM_SLIP = "slip"
CLAIMS = [
    (CLAIM_FORWARDED, "A colleague forwarded the customer's mail"),
    (CLAIM_FORGED, "Our mail server doubts the sender's address"),
    (CLAIM_REPLY_TO, "The address that answers are asked to, which anybody may write"),
    (CLAIM_TYPED, "An address typed in a form, which anybody may write"),
    (CLAIM_ADDRESS, "Several customers use the sender's address"),
    (CLAIM_PHONE, "A phone number in the text"),
    (CLAIM_DOCUMENT, "A document's number in the text"),
    (CLAIM_SLIP, "The number of somebody else's delivery"),
]

# Why a message did not reach the customer.
MAIL_REFUSED, MAIL_EXPIRED, MAIL_BOUNCED = "refused", "expired", "bounced"

# A stage asks for this: one of the kinds of its requirements.
REQUIRE_FIELD = "field"
# What a customer signed: one of the kinds of signatures.
SIGNED_AGREEMENT = "agreement"

# Titles that share this part of their trigrams may tell of the same trouble.
SIMILAR_ALIKE = 0.3
SIMILAR_SHOWN = 5
# The newest cases of a customer that are compared.
SIMILAR_COMPARED = 50

# What made an automatic reply; a reply without a reason was written by a person.
REPLY_STAGE = "stage"
REPLY_CONFIRMATION = "confirmation"
REPLY_RATING = "rating"
REPLY_OUT_OF_OFFICE = "out_of_office"
REPLY_AUTOMATIC = "automatic"
# Of a mail only, never of an event: a person wrote it.
REPLY_PERSON = "person"

# Why somebody is responsible whom no rule has named on purpose.
REASON_FALLBACK = "fallback"

# The setting since when the log knows what was said; in new databases always.
SAID_SINCE = "aftersales_case.said_since"

# The setting under which name our own mail server writes what it checked of a mail.
AUTHSERV_ID = "aftersales_case.authserv_id"

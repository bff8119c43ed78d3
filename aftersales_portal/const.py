"""Selection keys that models, siblings and tests share; never written as literals."""

# What customers see of the cases of a type.
OFFER_HIDDEN = "hidden"
OFFER_SHOWN = "shown"
OFFER_NEW = "new"
OFFERS = [
    (OFFER_HIDDEN, "Nothing"),
    (OFFER_SHOWN, "Follow cases"),
    (OFFER_NEW, "Follow and report cases"),
]

# Which cases of their colleagues the people of a customer see.
SHARE_OFF = "off"
SHARE_CHOSEN = "chosen"
SHARE_ALL = "all"
SHARES = [
    (SHARE_OFF, "Only their own cases"),
    (SHARE_CHOSEN, "Chosen people see all cases"),
    (SHARE_ALL, "Everybody sees all cases"),
]

# What customers read of a type.
TYPE_TEXTS = ("portal_word", "portal_words", "portal_sentence", "portal_thanks")

CASES_PER_PAGE = 20
# The customer's list of cases; the page of one lies below it.
LIST_URL = "/my/cases"
# The type of routes for who has no log-in.
PAGE_TYPE = "aftersales_page"

# Of one message or report.
MOST_FILES = 10
MOST_FILE_BYTES = 20 * 1024 * 1024
MOST_BYTES = 50 * 1024 * 1024
# Of all drafts of a user.
MOST_WAITING_BYTES = 4 * MOST_BYTES
LONGEST_TEXT = 20000
# Of an answer in one line: a number, a name, an address.
LONGEST_LINE = 250

# Messages of these types are said by somebody to somebody.
SAID_TYPES = ("comment", "email", "email_outgoing", "auto_comment")

# On it lie files for the moment in which a message takes them, as core wants it.
WAITING_MODEL = "mail.compose.message"
# Forms in which a customer says why: their addresses, and their drafts.
STEP_CLOSE, STEP_REFUSE, STEP_REOPEN = "close", "refuse", "reopen"

DRAFT_DAYS = 30

# Kinds of events: what customers decide about what was done, or is proposed.
EVENT_AGREED = "agreed"
EVENT_REFUSED = "refused"
# Kinds of events: a silent customer was reminded; his case could not be closed.
EVENT_REMINDED = "reminded"
EVENT_KEPT_OPEN = "kept_open"
# What made a reply: a reminder to who does not answer.
REPLY_REMINDER = "reminder"

# What the responsible is asked to do, when a stage keeps from a customer what he wants.
ASK_CLOSE, ASK_AGREED, ASK_REFUSED = "close", "agreed", "refused"
ASK_SILENT, ASK_UNREACHED = "silent", "unreached"

# What customers say by a rating, as core knows it; the best first.
RATINGS = (5, 3, 1)
# What the report of a problem with an invoice asks for.
ASKS_GOODS = "goods"
ASKS_QUANTITY = "quantity"
ASKS_PRICE = "price"
ASKS_TERMS = "terms"
ASKS = [
    (ASKS_GOODS, "Quantity of Goods"),
    (ASKS_QUANTITY, "Quantity Billed Too Much"),
    (ASKS_PRICE, "Price Agreed"),
    (ASKS_TERMS, "Amount, or the Whole Invoice"),
]
# What becomes of a draft that a page wants to save.
DRAFT_SAVED = "saved"
DRAFT_ELSEWHERE = "elsewhere"  # somebody went on with it on another page
DRAFT_GONE = "gone"  # it was sent or discarded on another page
# Purpose of links for who reported something by the web.
LINK_REPORT = "report"
# Bounds of a channel of the web intake; * allows browsers on every page.
MOST_ARRIVALS = 100000
ANY_ORIGIN = "*"

# Why the web intake refused what arrived.
REFUSED_CONTENT = "web_content"
REFUSED_FILE = "web_file"
REFUSED_SIZE = "web_size"
REFUSED_RATE = "web_rate"
REFUSED_ORIGIN = "web_origin"
REFUSED_TOKEN = "web_token"
REFUSED_CLOSED = "web_closed"
REFUSED_KEY = "web_key"
REFUSED_ROBOT = "web_robot"
# Of what plug-ins of forms sent: not judged yet; did not fit.
REASON_NEW = "web_new"
REASON_UNMAPPED = "web_unmapped"
REFUSALS = [
    (REFUSED_CONTENT, "Did not fit the form"),
    (REFUSED_FILE, "File that is not taken"),
    (REFUSED_SIZE, "Too large"),
    (REFUSED_RATE, "Too many in an hour"),
    (REFUSED_ORIGIN, "From a website that is not allowed"),
    (REFUSED_TOKEN, "Without the token of the channel"),
    (REFUSED_CLOSED, "The channel was closed"),
    (REFUSED_KEY, "Another report under the same key"),
    (REFUSED_ROBOT, "Filled in by a program"),
    (REASON_NEW, "Will be judged in a moment"),
    (REASON_UNMAPPED, "Does not fit: mend the mapping of the channel"),
]

# What a webhook tells of a case.
NEWS_CREATED = "created"
NEWS_MESSAGE = "message"
NEWS_STATUS = "status"
NEWS_CLOSED = "closed"
NEWS_TEST = "test"
NEWS = [
    (NEWS_CREATED, "Created"),
    (NEWS_MESSAGE, "Message"),
    (NEWS_STATUS, "Status"),
    (NEWS_CLOSED, "Closed"),
]
# What became of it.
DELIVERY_WAITING = "waiting"
DELIVERY_SENT = "sent"
DELIVERY_FAILED = "failed"
DELIVERY_DROPPED = "dropped"
DELIVERY_STATES = [
    (DELIVERY_WAITING, "Waiting"),
    (DELIVERY_SENT, "Sent"),
    (DELIVERY_FAILED, "Given Up"),
    (DELIVERY_DROPPED, "Not to Be Told"),
]

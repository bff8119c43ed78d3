"""Selection keys that models, siblings and tests share; never written as literals."""

# Where the work is done.
AT_SITE, AT_WORKSHOP, AT_DESK = "site", "workshop", "desk"
PLACES = [
    (AT_SITE, "At the customer's"),
    (AT_WORKSHOP, "In the workshop"),
    (AT_DESK, "At the desk or by phone"),
]

TO_PLAN, PLANNED, CONFIRMED = "to_plan", "planned", "confirmed"
UNDER_WAY, ON_SITE = "under_way", "on_site"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
VISIT_STATES = [
    (TO_PLAN, "To plan"),
    (PLANNED, "Planned"),
    (CONFIRMED, "Confirmed"),
    (UNDER_WAY, "Under way"),
    (ON_SITE, "On site"),
    (DONE, "Done"),
    (FAILED, "Failed"),
    (CANCELLED, "Cancelled"),
]
# Somebody has it on his day, and it is still to come.
BOOKED_STATES = (PLANNED, CONFIRMED)
# It is on somebody's day: no other work fits there.
BLOCKING_STATES = (*BOOKED_STATES, UNDER_WAY, ON_SITE, DONE)
OPEN_VISITS = (TO_PLAN, *BOOKED_STATES, UNDER_WAY, ON_SITE)

ORIGIN_PLANNER, ORIGIN_CUSTOMER = "planner", "customer"
ORIGIN_RECURRENCE, ORIGIN_OPTIMISER = "recurrence", "optimiser"
VISIT_ORIGINS = [
    (ORIGIN_PLANNER, "Planner"),
    (ORIGIN_CUSTOMER, "Customer"),
    (ORIGIN_RECURRENCE, "Recurrence"),
    (ORIGIN_OPTIMISER, "Optimiser"),
]

PARTS_NONE, PARTS_MISSING, PARTS_READY = "none", "missing", "ready"
PARTS_STATES = [
    (PARTS_NONE, "None needed"),
    (PARTS_MISSING, "Not ready yet"),
    (PARTS_READY, "Ready"),
]

FAULT_CUSTOMER, FAULT_OURS, FAULT_OTHER = "customer", "ours", "other"
FAULTS = [
    (FAULT_CUSTOMER, "The customer"),
    (FAULT_OURS, "We"),
    (FAULT_OTHER, "Nobody, or others"),
]

# Kinds of events in the log of a case. What becomes of a visit is ``visit_<state>``.
EVENT_VISIT = "visit_"
EVENT_MOVED = "visit_moved"
EVENT_OVERRULED = "visit_overruled"

# The longest work in hours that is one visit: it ends on the day on which it starts.
MOST_HOURS_OF_VISIT = 24

# How bad it is for a company when a plan breaks a rule of it.
HARD, SOFT, OFF = "hard", "soft", "off"
SEVERITIES = [
    (HARD, "Refused"),
    (SOFT, "Asks for a reason"),
    (OFF, "Not looked at"),
]
# When a rule is looked at.
STAGE_PLAN, STAGE_CONFIRM = "plan", "confirm"
STAGES_OF_RULES = [
    (STAGE_PLAN, "When a visit is planned"),
    (STAGE_CONFIRM, "Before a visit is confirmed"),
]
# What is asked before a visit is confirmed.
ASK_COVERAGE, ASK_PARTS, ASK_OPENING = "ask_coverage", "ask_parts", "ask_opening"
ASK_CONTACT, ASK_PHONE, ASK_ACCESS = "ask_contact", "ask_phone", "ask_access"

EVENT_LOCKED, EVENT_UNLOCKED = "visit_locked", "visit_unlocked"
# Keys of rules for visits that recur: as RFC 5545 writes them.
DAILY, WEEKLY, MONTHLY, YEARLY = "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
FREQUENCIES = [
    (DAILY, "Days"),
    (WEEKLY, "Weeks"),
    (MONTHLY, "Months"),
    (YEARLY, "Years"),
]
WEEKDAYS = [
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
]
BY_DAY, BY_WEEKDAY = "day", "weekday"
MONTH_DAYS = [(BY_DAY, "A day of the month"), (BY_WEEKDAY, "A weekday of the month")]
POSITIONS = [
    ("1", "First"),
    ("2", "Second"),
    ("3", "Third"),
    ("4", "Fourth"),
    ("-1", "Last"),
]
MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]
SHORT_LAST, SHORT_SKIP = "last", "skip"
SHORT_MONTHS = [
    (SHORT_LAST, "The last day of shorter months"),
    (SHORT_SKIP, "Not in shorter months"),
]
WHEN_CLOSED = [
    ("keep", "Keep the day"),
    ("before", "On the working day before"),
    ("after", "On the working day after"),
    ("skip", "Leave the visit out"),
]
RECURRENCE_TO_COME, RECURRENCE_RUNS = "to_come", "running"
RECURRENCE_PAUSED, RECURRENCE_ENDED = "paused", "ended"
RECURRENCE_STATES = [
    (RECURRENCE_TO_COME, "To Come"),
    (RECURRENCE_RUNS, "Running"),
    (RECURRENCE_PAUSED, "Paused"),
    (RECURRENCE_ENDED, "Ended"),
]

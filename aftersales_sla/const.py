"""Selection keys and settings that models, siblings and tests share."""

from odoo.addons.aftersales_case.const import MOST_DAYS, MOST_HOURS

from .engine import clock, cycles, held, levels, penalty, terms

METRICS = [
    (cycles.RESPONSE, "First answer"),
    (cycles.NEXT_REPLY, "Next answer"),
    (cycles.UPDATE, "Regular update"),
    (cycles.ASSIGNED, "Taken on"),
    (cycles.REACH, "Stage reached"),
    (cycles.STAY, "Time in a stage"),
    (cycles.RESOLVED, "Solved"),
    (cycles.TEAM, "Time with a team"),
    (cycles.SUPPLIER, "Answer of the supplier"),
    (cycles.PROMISE, "Promised date"),
    (cycles.CHAIN, "Supplier in time for us"),
]
# Those that have a stage, and that may be opened again.
STAGE_METRICS = (cycles.REACH, cycles.STAY)

PARTY_CUSTOMER, PARTY_TEAM, PARTY_SUPPLIER = "customer", "team", "supplier"
PARTIES = [
    (PARTY_CUSTOMER, "The customer"),
    (PARTY_TEAM, "Our teams (OLA)"),
    (PARTY_SUPPLIER, "The supplier"),
]
# To whom a metric can be promised at all.
METRIC_PARTIES = {
    cycles.TEAM: PARTY_TEAM,
    cycles.SUPPLIER: PARTY_SUPPLIER,
    cycles.PROMISE: PARTY_CUSTOMER,
    cycles.CHAIN: PARTY_SUPPLIER,
}

UNITS = [
    (terms.HOURS, "Working hours"),
    (terms.DAYS, "Working days, to the hour"),
    (terms.END_OF_DAY, "End of the working day"),
    (terms.CALENDAR_DAYS, "Calendar days"),
    (terms.MONTHS, "Calendar months"),
]
# The most of each unit, ten years.
MOST = {
    terms.HOURS: MOST_HOURS,
    terms.DAYS: MOST_DAYS,
    terms.END_OF_DAY: MOST_DAYS,
    terms.CALENDAR_DAYS: MOST_DAYS,
    terms.MONTHS: 120,
}

# What is left of a promise once the supplier is done.
RESERVE_UNITS = [(terms.HOURS, "Working hours"), (terms.DAYS, "Working days")]

START_REPORT, START_POLICY = "report", "policy"
STARTS = [
    (START_REPORT, "The report"),
    (START_POLICY, "When the policy applies"),
]

REOPENINGS = [
    (cycles.GO_ON, "The clock goes on"),
    (cycles.NEW_CYCLE, "A new clock starts"),
    (cycles.STAYS_MET, "It stays met"),
]

CLOCK_STATES = [
    (clock.RUNNING, "Running"),
    (clock.PAUSED, "Standing still"),
    (clock.MET, "Met"),
    (clock.BREACHED, "Missed"),
    (clock.CANCELLED, "Cancelled"),
]
OPEN_CLOCKS = (clock.RUNNING, clock.PAUSED)

KIND_CONSUMER, KIND_BUSINESS = "consumer", "business"
CUSTOMER_KINDS = [(KIND_CONSUMER, "Consumer"), (KIND_BUSINESS, "Business")]

# Events of ours: none of them is a reason to replay a case.
EVENT_POLICY = held.POLICY
EVENT_LEGAL = held.LEGAL
EVENT_DUE = held.DUE
EVENT_BREACH = "sla_breach"
EVENT_REPAIR = "sla_repair"
EVENT_DISMISSED = cycles.EVENT_DISMISSED
EVENT_CHAIN = cycles.EVENT_CHAIN
OWN_EVENTS = (
    EVENT_POLICY,
    EVENT_LEGAL,
    EVENT_DUE,
    EVENT_BREACH,
    EVENT_REPAIR,
    EVENT_CHAIN,
)

# Whose policy it is; the key of its events.
SIDE_CUSTOMER, SIDE_SUPPLIER = held.SIDES
SIDES = held.SIDES

# === Escalation === #

WHENS = [
    (levels.SHARE, "At a share of the time"),
    (levels.BEFORE, "Before it is due"),
    (levels.AFTER, "After it was due"),
]
LEVEL_UNITS = [(terms.HOURS, "Working hours"), (terms.DAYS, "Working days")]

TO_RESPONSIBLE, TO_DEPUTY, TO_OWNER = "responsible", "deputy", "owner"
TO_LEADER, TO_SUPERIOR, TO_NEXT_SUPERIOR = "leader", "superior", "next_superior"
TO_PERSON = "person"
RECEIVERS = [
    (TO_RESPONSIBLE, "Responsible"),
    (TO_DEPUTY, "Deputy of the responsible"),
    (TO_OWNER, "Fixed person of the stage"),
    (TO_LEADER, "Team leader"),
    (TO_SUPERIOR, "Superior of the responsible"),
    (TO_NEXT_SUPERIOR, "Superior of the superior"),
    (TO_PERSON, "A named person"),
]

BY_INBOX, BY_EMAIL, BY_SMS, BY_ACTIVITY = "inbox", "email", "sms", "activity"
CHANNELS = [
    (BY_INBOX, "In Odoo"),
    (BY_EMAIL, "E-mail"),
    (BY_SMS, "SMS"),
    (BY_ACTIVITY, "Activity"),
]
# What is tried when nothing that was chosen is there; an activity always is.
USUAL_CHANNELS = (BY_INBOX, BY_EMAIL, BY_ACTIVITY, BY_SMS)

# Of a level: it was reached, or passed over. Of a person: what became of the message.
ALERT_REACHED, ALERT_PASSED = "reached", "passed"
ALERT_WAITING, ALERT_SENT, ALERT_OVER = "waiting", "sent", "over"
ALERT_STATES = [
    (ALERT_REACHED, "Level reached"),
    (ALERT_PASSED, "Passed over"),
    (ALERT_WAITING, "Waiting"),
    (ALERT_SENT, "Told"),
    (ALERT_OVER, "No longer needed"),
]
PENALTY_PERS = [
    (penalty.BREACH, "For the Miss"),
    (penalty.HOUR, "For Each Hour Late"),
    (penalty.DAY, "For Each Working Day Late"),
]
PENALTY_BASES = [
    ("amount", "A Fixed Amount"),
    ("sum", "Percentage of a Sum"),
    ("fee", "Percentage of the Monthly Fee"),
    ("goods", "Percentage of the Goods' Value"),
]
# At risk, due, or taken back by a repair.
DUE_RISK, DUE_REACHED, DUE_BACK = "risk", "due", "back"
DUE_STATES = [(DUE_RISK, "At Risk"), (DUE_REACHED, "Owed"), (DUE_BACK, "Taken Back")]

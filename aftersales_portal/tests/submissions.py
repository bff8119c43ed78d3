"""What plug-ins of forms send, written by hand from what they document."""

import json
from urllib.parse import urlencode

from ..engine.submissions import FORM, JSON

EMAIL, TEXT = "stranger@elsewhere.example", "It leaks\nbadly"
FILE = "https://www.shop.example/wp-content/uploads/leak.gif"

CF7 = {
    "your-name": "Sam Stranger",
    "your-email": EMAIL,
    "your-message": TEXT,
    "urgency": ["Within a week"],
    "accept": "",
}
GRAVITY = {
    "id": "17",
    "form_id": "3",
    "date_created": "2026-11-20 09:12:44",
    "is_starred": 0,
    "source_url": "https://www.shop.example/complaint/",
    "ip": "192.0.2.7",
    "transaction_id": None,
    "1": EMAIL,
    "2.3": "Sam",
    "2.6": "Stranger",
    "4": TEXT,
    "5": "Within a week",
    "6": json.dumps([FILE]),
}
WPFORMS = {
    "email": EMAIL,
    "name": {"first": "Sam", "last": "Stranger"},
    "message": TEXT,
    "urgency": "Within a week||Other",
    "bought": {"value": "11/20/2026", "unix": 1795132800},
    "photo": FILE,
}
ELEMENTOR_SIMPLE = [
    ("Uw naam", "Sam Stranger"),
    ("E-mail", EMAIL),
    ("Wat is er mis?", TEXT),
    ("Hoe dringend", "Within a week"),
    ("form_id", "7f1a2b3"),
    ("form_name", "Klacht"),
]
ELEMENTOR_ADVANCED = [
    ("form[id]", "7f1a2b3"),
    ("form[name]", "Complaint"),
    *(
        (f"fields[{key}][{part}]", value)
        for key, kind, text in (
            ("name", "text", "Sam Stranger"),
            ("email", "email", EMAIL),
            ("message", "textarea", TEXT),
            ("urgency", "select", "Within a week"),
            ("photo", "upload", FILE),
        )
        for part, value in (
            ("id", key),
            ("type", kind),
            ("title", key.title()),
            ("value", text),
            ("raw_value", text),
        )
    ),
    ("meta[date][value]", "November 20, 2026"),
    ("meta[remote_ip][value]", "192.0.2.7"),
]
URGENCY = {"key": "urgency", "options": "Within a week = 3"}


def _map(email, text, urgency, *names):
    return {
        email: {"key": "email"},
        text: {"key": "description"},
        urgency: URGENCY,
        **{name: {"key": "reporter_name"} for name in names},
    }


# {name: (content type, body, {path: values of its mapping})}
SHAPES = {
    "CF7 to Webhook": (
        f"{JSON}; charset=utf-8",
        json.dumps(CF7),
        _map("your-email", "your-message", "urgency", "your-name"),
    ),
    "Gravity Forms, all fields, JSON": (
        JSON,
        json.dumps(GRAVITY),
        _map("1", "4", "5", "2.3", "2.6"),
    ),
    "Gravity Forms, all fields, form": (
        FORM,
        urlencode({key: value or "" for key, value in GRAVITY.items()}),
        _map("1", "4", "5", "2.3", "2.6"),
    ),
    "WPForms": (
        JSON,
        json.dumps(WPFORMS),
        _map("email", "message", "urgency", "name.first", "name.last")
        | {"urgency": URGENCY | {"separator": "||"}},
    ),
    "Elementor Pro, simple": (
        FORM,
        urlencode(ELEMENTOR_SIMPLE),
        _map("E-mail", "Wat is er mis?", "Hoe dringend", "Uw naam"),
    ),
    "Elementor Pro, advanced": (
        FORM,
        urlencode(ELEMENTOR_ADVANCED),
        _map(
            "fields.email.value",
            "fields.message.value",
            "fields.urgency.value",
            "fields.name.value",
        ),
    ),
}

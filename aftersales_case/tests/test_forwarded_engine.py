from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase, tagged

from ..engine.forwarded import find_forwarded, get_text, read_date, strip_forward

ANNA = "Anna Janssen <anna@janssen.example>"
NINE = datetime(2026, 3, 10, 9, 12)
FORWARDS = {
    "Outlook, nl": f"""Kijk jij hiernaar?

________________________________
Van: {ANNA}
Verzonden: dinsdag 10 maart 2026 09:12
Aan: Aagje Agent <as_agent@aftersales.example>
Onderwerp: Machine lekt

De machine lekt.""",
    "Outlook, de": f"""Kijk jij hiernaar?

Von: {ANNA}
Gesendet: Dienstag, 10. März 2026 09:12
An: 'Aagje Agent' <as_agent@aftersales.example>
Cc: Service <service@aftersales.example>;
 Lager <lager@aftersales.example>
Betreff: Machine lekt

De machine lekt.""",
    "Outlook, pl": """Kijk jij hiernaar?
-----Original Message-----
Od: Anna Janssen [mailto:anna@janssen.example]
Wysłano: wtorek, 10 marca 2026 09:12
Do: as_agent@aftersales.example
Temat: Machine lekt
Ważność: Wysoka

De machine lekt.""",
    "Outlook, en": f"""Kijk jij hiernaar?

From: {ANNA}
Sent: Tuesday, March 10, 2026 9:12 AM
To: Aagje Agent <as_agent@aftersales.example>
Subject: Machine lekt

De machine lekt.""",
    "Gmail, nl": """Kijk jij hiernaar?

---------- Forwarded message ---------
Van: *Anna Janssen* <anna@janssen.example>
Date: di 10 mrt 2026 om 09:12
Subject: Machine lekt
To: <as_agent@aftersales.example>


De machine lekt.""",
    "Gmail, pl": f"""Kijk jij hiernaar?

---------- Forwarded message ---------
Od: {ANNA}
Date: wt., 10 mar 2026 o 09:12
Subject: Machine lekt
To: <as_agent@aftersales.example>

De machine lekt.""",
    "Apple, en": f"""Kijk jij hiernaar?

Begin forwarded message:

> From: {ANNA}
> Subject: Machine lekt
> Date: 10 March 2026 at 09:12:00 CET
> To: as_agent@aftersales.example
>
> De machine lekt.""",
    "Apple, de": f"""Kijk jij hiernaar?

Anfang der weitergeleiteten Nachricht:

Von: {ANNA}

Betreff: Machine lekt

Datum: 10. März 2026 um 09:12:00 MEZ

An: as_agent@aftersales.example

De machine lekt.""",
    "Thunderbird, nl": f"""Kijk jij hiernaar?

-------- Doorgestuurd bericht --------
Onderwerp: Machine lekt
Datum: Tue, 10 Mar 2026 09:12:00 -0000
Van: {ANNA}
Aan: as_agent@aftersales.example

De machine lekt.""",
    "Thunderbird, pl": f"""Kijk jij hiernaar?

-------- Przekazana wiadomość --------
Temat: Machine lekt
Data: Tue, 10 Mar 2026 09:12:00 -0000
Od: {ANNA}
Do: as_agent@aftersales.example

De machine lekt.""",
}


@tagged("post_install", "-at_install")
class TestForwardedEngine(BaseCase):
    """Whose a forwarded mail was, as each mail program writes it."""

    def test_programs(self):
        """Sender, date, subject, words and the comment above are told apart."""
        for name, text in FORWARDS.items():
            with self.subTest(name):
                found = find_forwarded(text)
                self.assertEqual(found.address, "anna@janssen.example")
                self.assertEqual(found.name, "Anna Janssen")
                self.assertEqual(found.sent, NINE)
                self.assertEqual(found.subject, "Machine lekt")
                self.assertEqual(found.words, "De machine lekt.")
                self.assertEqual(found.comment, "Kijk jij hiernaar?")

    def test_in_html(self):
        """The head of a forwarded mail is read out of the HTML of Outlook and Apple."""
        outlook = """<div><p>Kijk jij hiernaar?</p></div><hr>
        <div id="divRplyFwdMsg"><b>Von:</b> Anna Janssen &lt;anna@janssen.example&gt;<br>
        <b>Gesendet:</b> Dienstag, 10. März 2026 09:12<br><b>An:</b> a@b.example<br>
        <b>Betreff:</b> WG: Machine lekt</div><div><p>De machine lekt.</p></div>"""
        apple = """<div>Kijk jij hiernaar?<br><blockquote type="cite">
        <div>Begin doorgestuurd bericht:</div><br>
        <div><span><b>Van: </b></span><span>Anna Janssen &lt;<a
        href="mailto:anna@janssen.example">anna@janssen.example</a>&gt;<br></span></div>
        <div><b>Onderwerp: </b><b>Machine lekt</b><br></div>
        <div><b>Datum: </b>10 maart 2026 om 09:12:00 CET<br></div>
        <div><b>Aan: </b>a@b.example<br></div><br>
        <div>De machine lekt.</div></blockquote></div>"""
        names_only = """<p>Kijk jij hiernaar?</p><p>From: <a
        href="mailto:anna@janssen.example">Anna Janssen</a><br>Date: 10 March 2026
        09:12<br>Subject: Machine lekt</p><pre>De machine lekt.</pre>"""
        for body in (outlook, apple, names_only):
            found = find_forwarded(get_text(body))
            self.assertEqual(
                (found.address, found.sent, found.subject, found.words, found.comment),
                (
                    "anna@janssen.example",
                    NINE,
                    "Machine lekt",
                    "De machine lekt.",
                    "Kijk jij hiernaar?",
                ),
            )

    def test_through_two_colleagues(self):
        """What a colleague forwarded to a colleague is still the customer's."""
        text = f"""FYI

From: Bram <bram@aftersales.example>
Sent: Wednesday, March 11, 2026 10:00
Subject: FW: Machine lekt

{FORWARDS["Outlook, nl"]}"""
        found = find_forwarded(
            text, lambda address: address.endswith("@aftersales.example")
        )
        self.assertEqual((found.address, found.sent), ("anna@janssen.example", NINE))
        self.assertEqual(found.comment, "FYI")
        self.assertIsNone(find_forwarded(text, lambda address: True))

    def test_no_forwarded_mail(self):
        """Words that only look like a head are none."""
        for text in (
            "",
            None,
            "From: our warehouse\nDate: tomorrow",
            "Van: Amsterdam\nAan: Utrecht\nDatum: dinsdag",
            "On Tue, Anna wrote:\n> From: x\n> It leaks",
        ):
            self.assertIsNone(find_forwarded(text))

    def test_dates(self):
        """Dates as four languages write them; what is none is not guessed."""
        east = timezone(timedelta(hours=1))
        for text, sent in (
            ("10.03.2026 um 09:12 Uhr", NINE),
            ("maandag 9 februari 2026 14:05", datetime(2026, 2, 9, 14, 5)),
            ("10/03/2026 09.12", NINE),
            ("2026-03-10 09:12", NINE),
            ("March 10, 2026 at 9:12:00 PM", datetime(2026, 3, 10, 21, 12)),
            ("10 maja 2026 08:00:00", datetime(2026, 5, 10, 8, 0)),
            ("10 March 2026 at 09:12:00 GMT+1", NINE.replace(tzinfo=east)),
            ("Tue, 10 Mar 2026 09:12:00 +0100", NINE.replace(tzinfo=east)),
            ("32 March 2026 09:12", None),
            ("yesterday", None),
            (None, None),
        ):
            with self.subTest(text):
                self.assertEqual(read_date(text), sent)

    def test_subjects(self):
        """What programs put before a subject is not the customer's."""
        for subject in ("Fwd: x", "FW: Fwd: x", "WG: x", "Doorst: x", "PD: x", "x"):
            self.assertEqual(strip_forward(subject), "x")

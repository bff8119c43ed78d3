import json
from unittest.mock import MagicMock, patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..const import PRESENCE_LOOKING, PRESENCE_WRITING, PRESENCES
from ..models.case.aftersales_case_presence import PRESENCE_SIGN
from .common import AftersalesCommon, AftersalesSetup
from .walks import RightsSetup

CHANNEL = "aftersales.case/%s"
WSREQUEST = "odoo.addons.bus.models.ir_websocket.wsrequest"


class PresenceSetup(RightsSetup, AftersalesSetup):
    def _get_signs(self):
        """Return ``[(channel, message)]`` of the signs given so far."""
        self.env.cr.precommit.run()  # the bus is written as the transaction ends
        rows = [
            (json.loads(row.channel)[1:], json.loads(row.message))
            for row in self.env["bus.bus"].search([], order="id")
        ]
        return [
            (channel, message["payload"])
            for channel, message in rows
            if message["type"] == PRESENCE_SIGN
        ]

    def _get_states(self, case):
        signs = [sign for _channel, sign in self._get_signs()]
        return [sign["state"] for sign in signs if sign["case_id"] == case.id]


class TestPresence(PresenceSetup, AftersalesCommon):
    """Who has a case open is told to those who may read it, and to nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last_id = cls.env["bus.bus"]._bus_last_id()

    def _subscribe(self, user, *names):
        """Return all channels that the bus gives a user who asks for these."""
        with patch(WSREQUEST, new=MagicMock()) as request:
            request.session.uid = user.id
            socket = self.env["ir.websocket"].with_user(user)
            socket = socket.with_context(allowed_company_ids=None)
            return socket._build_bus_channel_list(list(names))

    def _get_channels(self, user, *names):
        """Return those of them that are of cases."""
        channels = self._subscribe(user, *names)
        return [channel for channel in channels if "aftersales.case" in str(channel)]

    def _hear(self, user, case):
        """Return what a user hears on the bus who has the form of a case open."""
        self.env.cr.precommit.run()  # the bus is written as the transaction ends
        messages = self._as(user)["bus.bus"]._poll(
            self._subscribe(user, CHANNEL % case.id), self.last_id
        )
        return [
            message["message"]["payload"]
            for message in messages
            if message["message"]["type"] == PRESENCE_SIGN
        ]

    def test_sign(self):
        """A sign says who does what on which case, and goes to this case alone."""
        case = self._as(self.agent2, self.walk_case)
        case.notify_presence(PRESENCE_WRITING)
        self.assertEqual(
            self._get_signs(),
            [
                (
                    ["aftersales.case", case.id, "presence"],
                    {
                        "case_id": case.id,
                        "user_id": self.agent2.id,
                        "name": "Bram Agent",
                        "state": "writing",
                    },
                )
            ],
        )

    def test_who_hears(self):
        """A colleague who reads the case hears the sign; who may not hears nothing."""
        case = self.walk_case
        self._as(self.agent2, case).notify_presence(PRESENCE_WRITING)
        for user in (self.agent, self.manager, self.reporter):
            with self.subTest(user=user.login):
                [sign] = self._hear(user, case)
                self.assertEqual(sign["name"], "Bram Agent")
                self.assertFalse(self._hear(user, self.own_case))
        for user in (self.colleague, self.foreign, self.portal):
            with self.subTest(user=user.login):
                self.assertFalse(self._hear(user, case))

    def test_became_confidential(self):
        """Who listened before a case became confidential hears nothing from then on."""
        case = self.walk_case
        channels = self._subscribe(self.agent, CHANNEL % case.id)
        self.assertIn((case, "presence"), channels)
        case.confidential = True
        self._as(self.manager, case).notify_presence(PRESENCE_LOOKING)
        self.env.cr.precommit.run()
        heard = self._as(self.agent)["bus.bus"]._poll(channels, self.last_id)
        types = [message["message"]["type"] for message in heard]
        self.assertNotIn(PRESENCE_SIGN, types)
        [sign] = self._hear(self.manager, case)
        self.assertEqual(sign["name"], "Mees Manager")

    def test_what_was_before(self):
        """The answer is the newest message: who comes leaves out what is over."""
        case = self._as(self.agent2, self.walk_case)
        self.assertGreaterEqual(case.notify_presence(PRESENCE_LOOKING), 0)
        self.env.cr.precommit.run()
        newest = self.env["bus.bus"]._bus_last_id()
        self.assertEqual(case.notify_presence(PRESENCE_LOOKING), newest)

    def test_states(self):
        """Each known state is told; another is refused, and nothing is told of it."""
        case = self._as(self.agent, self.walk_case)
        for state in PRESENCES:
            case.notify_presence(state)
        for state in ("sleeping", "", None, False, 7, ["looking"], {"a": 1}):
            with self.subTest(state=state), self.assertRefused(UserError, "looking"):
                case.notify_presence(state)
        self.assertEqual(self._get_states(case), [*PRESENCES])

    def test_refused(self):
        """Who may not read the case, or is no colleague, gives no sign there."""
        self.walk_case.message_unsubscribe(self.reporter.partner_id.ids)
        self.walk_case.reporter_id = False
        for user in (self.reporter, self.colleague, self.foreign, self.portal):
            with self.subTest(user=user.login), self.assertRefused(AccessError, ""):
                self._as(user, self.walk_case).notify_presence(PRESENCE_LOOKING)
        with self.assertRefused(AccessError, "colleagues"):
            self._as(self.portal, self.walk_case.browse()).notify_presence("looking")
        both = self.walk_case | self._new_secret()
        with self.assertRefused(AccessError, ""):
            self._as(self.agent, both).notify_presence(PRESENCE_LOOKING)
        self.assertEqual(self._get_signs(), [])

    def _new_secret(self):
        secret = self._new_walk_case("Theft by the driver", self.other_team)
        secret.message_unsubscribe(secret.message_partner_ids.ids)
        secret.write({"confidential": True, "reporter_id": False})
        return secret

    def test_channels(self):
        """The bus lets in who reads the case: not of another company, not customers."""
        case = self.walk_case
        name = CHANNEL % case.id
        for user in (self.agent, self.manager, self.reporter):
            with self.subTest(user=user.login):
                self.assertEqual(self._get_channels(user, name), [(case, "presence")])
        public = self.env.ref("base.public_user")
        for user in (self.colleague, self.foreign, self.portal, public):
            with self.subTest(user=user.login):
                self.assertEqual(self._get_channels(user, name), [])

    def test_confidential_channel(self):
        """What becomes confidential goes on where only those concerned are let in."""
        case = self._new_secret()
        name = CHANNEL % case.id
        self.assertEqual(self._get_channels(self.agent, name), [])
        self.assertEqual(
            self._get_channels(self.manager, name), [(case, "presence_confidential")]
        )
        self._as(self.manager, case).notify_presence(PRESENCE_WRITING)
        [(channel, _sign)] = self._get_signs()
        self.assertEqual(channel[2], "presence_confidential")

    def test_odd_channels(self):
        """A name that is none is left to others; one of no case lets in nowhere."""
        odd = [
            f"{CHANNEL % self.walk_case.id} ",
            CHANNEL % "",
            CHANNEL % "-1",
            CHANNEL % "1 OR 1",
            CHANNEL % ("9" * 30),
        ]
        self.assertEqual(self._get_channels(self.manager, *odd), odd)
        for number in ("0", "9" * 18, "2147483648"):
            self.assertEqual(self._get_channels(self.manager, CHANNEL % number), [])
        names = [CHANNEL % self.walk_case.id, CHANNEL % self.own_case.id]
        self.assertEqual(
            {case for case, _name in self._get_channels(self.agent, *names)},
            {self.walk_case, self.own_case},
        )


@tagged("post_install", "-at_install")
class TestPresenceTours(PresenceSetup, HttpCase):
    def _check_tour(self, name):
        self.start_tour(f"/odoo/cases/{self.own_case.id}", name, login="as_agent")

    def test_writing_is_told(self):
        """Who opens a case says so once; who writes on it in the chatter says that."""
        self._check_tour("aftersales_presence_writing")
        self.assertEqual(
            self._get_states(self.own_case)[:3], ["looking", "writing", "looking"]
        )

    def test_full_composer_is_told(self):
        """The large composer, in its dialog, is a place to write an answer, too."""
        self._check_tour("aftersales_presence_full_composer")
        self.assertEqual(self._get_states(self.own_case)[:2], ["looking", "writing"])

    def test_editing_is_told(self):
        """Who changes a field says that; the search for another case is none."""
        self._check_tour("aftersales_presence_editing")
        self.assertEqual(self._get_states(self.own_case)[:2], ["looking", "editing"])

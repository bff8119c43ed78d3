from .common import PortalCommon


class TestList(PortalCommon):
    """The list of a person's cases."""

    def _list(self, user, **asked):
        service, partner = self._service(user)
        options = service._get_list_options(partner, asked)
        rows = service._get_rows(partner, options, 0, 20)
        return [(head, [row["name"] for row in found]) for head, found in rows]

    def _names(self, **asked):
        return [
            name for _head, names in self._list(self.anna, **asked) for name in names
        ]

    def setUp(self):
        super().setUp()
        self.leak = self._new_case(
            name="Leaks",
            slip_number="WH/OUT/7",
            stage_id=self.stage_progress.id,
            reported_at="2025-01-01 08:00:00",
        )
        self.noise = self._new_case(
            name="Noise",
            type_id=self.type_service.id,
            reported_at="2025-01-02 08:00:00",
        )
        self.heat = self._new_case(
            name="Heat",
            reporter_id=self.anna.partner_id.id,
            reported_at="2025-01-03 08:00:00",
        )
        self.leak.stage_id = self.stage_wait_customer
        self._complete(self.heat).stage_id = self.stage_solved

    def test_sort(self):
        """Newest first, or by status; what is unknown is the default."""
        self.assertEqual(self._names(), ["Heat", "Noise", "Leaks"])
        self.assertEqual(self._names(sort="status"), ["Noise", "Leaks", "Heat"])
        self.assertEqual(self._names(sort="cost desc"), ["Heat", "Noise", "Leaks"])

    def test_sort_by_change(self):
        """By what the customer notices: what we do among ourselves moves nothing."""
        for day, case in enumerate((self.noise, self.heat, self.leak), 1):
            case.sudo().portal_changed_at = f"2025-02-0{day} 08:00:00"
        order = ["Leaks", "Heat", "Noise"]
        self.assertEqual(self._names(sort="changed"), order)
        self.noise.with_user(self.agent).message_post(body="A note")
        self.noise.write({"cost": 7, "user_id": self.agent2.id})
        link = self.noise.type_id.link_ids.sorted()[1]
        link.customer_label = self.noise.customer_status
        self.noise.stage_id = link.stage_id
        self.assertEqual(self._names(sort="changed"), order, "nothing that he notices")
        self._tell(self.noise, "Hello", self.contact)
        self.assertEqual(self._names(sort="changed"), ["Noise", "Leaks", "Heat"])
        self.heat.sudo().portal_changed_at = "2025-02-02 08:00:00"
        self.heat._reopen("It is hot again")
        self.assertEqual(self._names(sort="changed")[-1], "Leaks")

    def test_filter(self):
        """Open, waiting for the customer, finished, one type."""
        self.assertEqual(self._names(filter="open"), ["Noise", "Leaks"])
        self.assertEqual(self._names(filter="waiting"), ["Leaks"])
        self.assertEqual(self._names(filter="finished"), ["Heat"])
        service_type = f"type-{self.type_service.id}"
        self.assertEqual(self._names(filter=service_type), ["Noise"])
        self.assertEqual(len(self._names(filter="type-0")), 3)

    def test_search(self):
        """By number and title; by slip where the type shows it."""
        self.assertEqual(self._names(search="noi"), ["Noise"])
        self.assertEqual(self._names(search=self.leak.number), ["Leaks"])
        self.assertEqual(self._names(search="OUT/7"), [])
        self._show("slip_number")
        self.assertEqual(self._names(search="OUT/7"), ["Leaks"])
        for wildcard in ("%", "_", "\\"):
            self.assertEqual(self._names(search=wildcard), [])

    def test_group(self):
        """By status, type, and who reported."""
        self.assertEqual(
            self._list(self.anna, group="type"),
            [("Complaint", ["Heat", "Leaks"]), ("Service", ["Noise"])],
        )
        heads = [head for head, _names in self._list(self.anna, group="status")]
        self.assertEqual(heads, ["Received", "Waiting for your answer", "Solved"])

    def test_colleague_is_named(self):
        """Who reported a colleague's case is named; one's own name is not repeated."""
        self._share("all")
        service, partner = self._service(self.ben)
        options = service._get_list_options(partner, {})
        [(_head, rows)] = service._get_rows(partner, options, 0, 20)
        self.assertEqual({row["reporter"] for row in rows}, {"Anna Janssen"})
        service, partner = self._service(self.anna)
        [(_head, rows)] = service._get_rows(partner, options, 0, 20)
        self.assertEqual({row["reporter"] for row in rows}, {None})

    def test_queries(self):
        """Twenty cases take as many queries as one."""
        service, partner = self._service(self.ben)
        options = service._get_list_options(partner, {})

        def show():
            service._get_rows(partner, options, 0, 20)

        def report(count):
            for number in range(count):
                self._new_case(name=f"Case {number}", contact_id=self.ben.partner_id.id)

        report(1)
        show()
        one = self._count_queries(show)
        report(19)
        self.assertEqual(self._count_queries(show), one)

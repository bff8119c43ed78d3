from odoo.http import Controller, request, route


class CaseCallController(Controller):
    """What a telephone opens when somebody calls."""

    @route("/aftersales/call", type="http", auth="user", methods=["GET"])
    def open_call(self, phone="", **_others):
        """Show who calls under a number.

        :param phone: as the telephone writes it, with ``+`` or without
        :raises AccessError: for who works on no cases
        """
        call = request.env["aftersales.call"].open_call(phone)
        return request.redirect(f"/odoo/call/{call.id}")

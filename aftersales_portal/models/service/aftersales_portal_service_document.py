from odoo import api, models

from ...engine import openapi


class AftersalesPortalService(models.AbstractModel):
    """The web interface, described for programs."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_api_document(self, channel, name=None):
        """Return the OpenAPI document: of a channel, or of all that there may be.

        Which channels there are is told to nobody who does not know them.
        """
        server = f"{self.get_base_url()}/aftersales/v1"
        if not channel:
            return openapi.describe(server)
        service = self._of_channel(channel)
        types = channel.type_ids.filtered("active")
        return openapi.describe(
            server, name, [service._get_schema(channel, one) for one in types]
        )

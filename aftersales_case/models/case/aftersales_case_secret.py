from odoo import api, models


class AftersalesCase(models.Model):
    """Confidential cases: whoever may not read one sees its number, and no more.

    A link is named by ``display_name``, which asks who looks. Here is what is written
    down once and read by many.
    """

    _inherit = "aftersales.case"

    def _get_number_link(self):
        """Return a link for the chatter of another case, whose readers are others.

        By its number only: a case may become confidential after it was written.
        """
        self.ensure_one()
        return self._get_html_link(title=self.number)

    def _get_stored_name(self):
        """Return the name of this case to be stored where others read it."""
        self.ensure_one()
        return self.number if self.confidential else self.display_name

    def _filter_readers(self, users):
        """Return those of these users who may read this case."""
        self.ensure_one()
        if not self.confidential:
            return users

        def reads(user):
            companies = user.company_ids.ids
            case = self.with_user(user).with_context(allowed_company_ids=companies)
            return case.has_access("read")

        return users.filtered(reads)

    @api.constrains("confidential")
    def _name_elsewhere(self):
        """Store the name anew where it was stored before the case became a secret.

        What becomes public again keeps its number there: that costs no case a query.
        """
        secret = self.filtered("confidential")
        if not secret:
            return
        for model in ("mail.activity", "rating.rating"):
            # sudo: what is planned and rated on these cases, by whomever
            records = self.env[model].sudo().with_context(active_test=False)
            named = records.search(
                [("res_model", "=", self._name), ("res_id", "in", secret.ids)]
            )
            self.env.add_to_compute(named._fields["res_name"], named)

import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools import consteq, hmac

# In the text of a letter: <a href="#aftersales-link-PURPOSE-SEAL">text</a>.
MARKER = re.compile(
    r"(?P<open><p\b[^>]*>\s*)?"
    r"<a\b[^>]*\bhref=[\"']#aftersales-link-(?P<purpose>[a-z0-9_]+)-(?P<seal>[0-9a-f]+)"
    r"[\"'][^>]*>(?P<text>.*?)</a>"
    r"(?P<close>\s*</p>)?",
    re.DOTALL | re.IGNORECASE,
)


class AftersalesLinkMixin(models.AbstractModel):
    """Records that somebody without a log-in reaches and acts on by a link.

    A link is made for one receiver, when his mail leaves: the text of a letter, its
    previews and the copy in the chatter hold a marker. The core makes no links; its
    siblings own token, address, limits and page.
    """

    _name = "aftersales.link.mixin"
    _description = "Reached by Links"

    # === Hooks === #

    def _make_link(self, purpose, partner, valid=None, address=""):
        """Hook: make a link to this record for one receiver; called when a mail leaves.

        Called with sudo, once per mail and receiver, and again when the mail is sent
        again. Whether this receiver may have one is asked here: anybody can be put on a
        mail.

        :param purpose: what the link is for: ``"view"``, or a key of a sibling
        :param partner: ``res.partner`` who gets it, no colleague; empty where only his
            address is known
        :param valid: ``timedelta`` until it expires; the default is the purpose's
        :param address: normalized address to which it goes, where it goes by mail
        :returns: absolute URL, or False: then the link and its sentence are not sent
        """
        self.ensure_one()
        return False

    def _get_link_page(self, link):
        """Hook: say what the page of a link to this record shows; it changes nothing.

        Called with sudo by the owner of links, after it has checked the link.

        :param link: the record of the link: purpose, partner
        :returns: False when there is nothing (more) to do here, or a dictionary of
            ``title`` (str), ``body`` (Markup, what the receiver may see), ``fields``
            (list of dictionaries: name, label, type: ``line``, ``text``, ``choice`` or
            ``files``, required, options of a choice as (value, label)) and ``buttons``
            (list of (value, label): what sending does; without it the page only shows)
        """
        self.ensure_one()
        return False

    def _apply_link(self, link, values):
        """Hook: do what a link to this record is for, as its receiver has answered.

        Called with sudo by the owner of links, once, after it has checked the link.

        :param link: the record of the link: purpose, partner
        :param values: ``{name of a field of the page: str}`` of the page as it is now,
            files as a list of (name, bytes), and ``button`` with the value of the one
            that was clicked; what the page does not offer is not there
        :returns: a sentence for the receiver; False when nothing was done
        :raises UserError: one sentence that names the field; nothing was written
        """
        self.ensure_one()
        return False

    def _get_customer_url(self, partner):
        """Hook: return the address of this record for a customer who has a log-in.

        :param partner: ``res.partner`` of the customer
        :returns: absolute URL, or False where he has no page of it
        """
        self.ensure_one()
        return False

    @api.model
    def _get_letter_placeholders(self):
        """Hook: return the names of the fields that texts of templates may name.

        Whoever may edit a template, but no program, names nothing else: what stands in
        a field is printed as it is, in any language, to anybody outside.
        """
        return ()

    def _get_link_partner(self, address):
        """Hook: return whose address it is, of the people of this record.

        :param address: normalized e-mail address to which a mail goes
        """
        self.ensure_one()
        people = self._mail_get_partners()[self.id]
        return people.filtered(lambda partner: partner.email_normalized == address)[:1]

    # === Markers === #

    @api.model
    def mail_allowed_qweb_expressions(self):
        return (
            *super().mail_allowed_qweb_expressions(),
            *(f"object.{name}" for name in self._get_letter_placeholders()),
        )

    def _get_link_marker(self, purpose, text):
        """Return what stands for a link until the mail leaves, as the value of a field.

        :param purpose: key, of small letters, digits and underscores
        :param text: the sentence that the receiver clicks
        """
        self.ensure_one()
        return Markup('<a href="#aftersales-link-%s-%s">%s</a>') % (
            purpose,
            self._get_link_seal(purpose),
            text,
        )

    def _get_link_seal(self, purpose):
        """Return what shows that a marker is ours: mails from outside are quoted too."""
        record = (self._name, self._origin.id, purpose)
        # sudo: the secret of the database, of which only a hash leaves this method
        return hmac(self.env(su=True), "aftersales-link", record)[:32]

    def _put_links(self, body, partner, address=""):
        """Return a text with its markers turned into links of one receiver.

        A marker of another record, or for which no link is made, goes, with its
        paragraph when nothing else stands there.

        :param body: HTML of a mail about this record, or about none (empty recordset)
        :param partner: ``res.partner`` who gets it, empty when not known
        :param address: normalized address to which it goes
        """
        made = {}

        def replace(match):
            purpose, whole = match["purpose"], match["open"] and match["close"]
            if purpose not in made:
                made[purpose] = self._make_link_for(
                    purpose, match["seal"], partner, address
                )
            if not made[purpose]:
                return "" if whole else (match["open"] or "") + (match["close"] or "")
            link = Markup('%s<a href="%s">%s</a>%s') % (
                Markup(match["open"] or ""),
                made[purpose],
                Markup(match["text"]),
                Markup(match["close"] or ""),
            )
            return str(link)

        return type(body)(MARKER.sub(replace, str(body)))

    def _make_link_for(self, purpose, seal, partner, address):
        # Colleagues have the button of the notification and their own screens.
        colleague = partner and not partner.partner_share
        if not self or colleague or not consteq(seal, self._get_link_seal(purpose)):
            return False
        return self._make_link(purpose, partner, address=address)

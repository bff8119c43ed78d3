"""What is known of a change of cases while it runs: values in, values out, no ORM.

A change begins with the first case that is made or written and ends when everything that
follows from it has been done. Whatever is written meanwhile joins it.
"""


class Change:
    """A change on its way: what was, and what is still to be told.

    Cases are known by their ids. Travels in the context, where it counts only by its
    class and only while it runs: see ``get_private``.

    :param imported: whether cases are taken over from another system
    """

    def __init__(self, imported=False):
        self.runs = True
        self.imported = imported
        # As the change found the cases: {id: {field: value}}.
        self.first = {}
        # As last told, in the history and to those who react: {id: {field: value}}.
        self.told = {}
        # Cases that were made, and those of them that a person asked for.
        self.created = []
        self.asked = set()
        # What was written on purpose: {id: names of fields}.
        self.written = {}
        # Cases whose responsible was named, or is to be chosen: {id: None}, in order.
        self.named = set()
        self.to_choose = {}
        # Cases whose slip was written, with the slip they had: {id: (model, ids)}.
        self.slips = {}
        self.takes_slips = False
        # Closed cases whose resolution was written: {id: id of the former one}.
        self.resolutions = {}
        # Cases whose goods changed, in order.
        self.goods = {}
        # What whoever opened or joined the change said of cases.
        self.reasons = {}
        self.forced = {}
        # Users who give their cases away.
        self.leaving = set()

    def say(self, ids, reason=None, forced=False, leaving=()):
        """Take note of what is said of cases for the rest of the change.

        :param ids: ids of cases
        :param reason: why, in words
        :param forced: whether gates let them pass
        :param leaving: ids of users who must not be chosen
        """
        self.leaving |= set(leaving)
        for case_id in ids:
            if reason:
                self.reasons[case_id] = reason
            if forced:
                self.forced.setdefault(case_id, reason)

    def meet(self, values):
        """Keep the values of cases that the change has not met before.

        :param values: ``{id: {field: value}}`` as they are before they are written
        """
        for case_id, found in values.items():
            self.first.setdefault(case_id, found)
            self.told.setdefault(case_id, dict(found))

    def get_differences(self, values, names):
        """Return ``{id: {field: (told, now)}}`` of what differs, fields in given order.

        :param values: ``{id: {field: value}}`` as they are now
        :param names: fields to compare, in the order in which they are told
        """
        result = {}
        for case_id, now in values.items():
            told = self.told.get(case_id, now)
            found = {
                name: (told[name], now[name])
                for name in names
                if told[name] != now[name]
            }
            if found:
                result[case_id] = found
        return result

    def tell(self, values, names):
        """Take the values of these fields for told.

        :param values: ``{id: {field: value}}`` as they are now
        """
        for case_id, now in values.items():
            if case_id in self.told:
                self.told[case_id].update({name: now[name] for name in names})

    def take(self, name):
        """Return what was collected under a name, and start collecting anew."""
        found = getattr(self, name)
        setattr(self, name, type(found)())
        return found

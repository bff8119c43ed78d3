"""What is disputed of one invoice, and what is out of dunning: values in, values out.

All amounts are in the invoice's currency and with tax.

* A line is worth what ``engine/worths.py`` of the core says.
* What nobody disputes is due to the cent: it is worth its part of the line, and those
  who dispute the rest bear what rounding and credit notes leave. Where everything is
  disputed, they bear the rounding of the document and of the cash, too.
* Credited goods leave a line with the money of their credit note.
* Other credits come off the disputed amount first, of the goods that they are for.
  Where that is not clear nobody's dispute gets smaller: it has to be asked.
* Several claims on one line are out for no more than the line; a payment pays what is
  undisputed first, so that all claims are out for no more than what is open.
* What several claims have in common counts once, for the first of them.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from odoo.addons.aftersales_case.engine.worths import EPSILON, split


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity of a line that a case disputes.

    ``goods`` names the delivery that it is from, ``room`` is how much of that the line
    bills: who disputes more of it together disputes the same goods.
    """

    id: int
    line: int
    case: int
    quantity: float
    goods: int | None = None
    room: float | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """What a line of a credit note takes off.

    ``lines`` are those that it may be for; ``quantity`` is that of credited goods, and
    then there is but one line. Without one it is money. ``is_answered`` is that of
    which somebody was asked: it stays with what he says.
    """

    id: int
    amount: float
    lines: tuple
    quantity: float = 0.0
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What a hold disputes of an invoice.

    ``lines`` are amounts by what they are about, ``rest`` is about what nobody named;
    ``is_whole`` is all that is open.
    """

    id: int
    lines: dict = field(default_factory=dict)
    rest: float = 0.0
    is_whole: bool = False


@dataclass(slots=True)
class Verdict:
    """What ``judge`` found out about one invoice."""

    # {part id: amount}
    parts: dict = field(default_factory=dict)
    # {part id: key of the money that it is about}, {key: what of that is disputed}
    keys: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    # {(case or claimant, credit id): amount that the credit took off the dispute}
    taken: dict = field(default_factory=dict)
    # ids of credits of which it is not clear what they are for
    unclear: set = field(default_factory=set)


def judge(
    lines,
    worths,
    parts,
    credits,
    claimants=None,
    taken_goods=(),
    rest=0.0,
    round_amount=round,
):
    """Say what the parts of an invoice that cases dispute are worth by now.

    :param lines: ``Line`` iterable
    :param worths: result of ``get_worths``
    :param parts: ``Part`` iterable
    :param credits: ``Credit`` iterable, in the order in which they were made
    :param claimants: ``{claim that names no line: ids of the credits that it knew}``
    :param taken_goods: ids of lines of which credited goods were those of a case
    :param rest: what rounding adds to the lines
    :returns: ``Verdict``
    """
    verdict = Verdict()
    quantities = {line.id: line.quantity for line in lines if line.id in worths}
    left, limits = _take_goods(quantities, worths, credits, round_amount)
    groups = {}
    for line_id, own in _by(parts, "line").items():
        if line_id in left:
            groups[line_id] = _value_line(
                verdict,
                own,
                left[line_id],
                limits[line_id],
                worths[line_id] / quantities[line_id] if left[line_id] else 0.0,
                round_amount,
            )
    is_covered = all(
        not limits[key] or (key in groups and groups[key] <= EPSILON) for key in limits
    )
    by_id = {part.id: part for part in parts}
    if rest and groups and is_covered:
        _bear_rest(verdict, by_id, max(groups), rest, round_amount)
        limits[max(groups)] = max(round_amount(limits[max(groups)] + rest), 0)
    disputed, complete = defaultdict(float), set()
    for part_id, amount in verdict.parts.items():
        part = by_id[part_id]
        disputed[part.line, part.case] += amount
        if groups[part.line] <= EPSILON:
            complete.add((part.line, part.case))
    before = dict(disputed)
    money = [c for c in credits if not c.quantity or c.lines[0] not in taken_goods]
    _take_money(
        verdict, money, worths, disputed, complete, claimants or {}, round_amount
    )
    for credit in credits:
        key = credit.lines[0] if len(credit.lines) == 1 else None
        if key in limits and not credit.quantity:
            limits[key] = max(round_amount(limits[key] - credit.amount), 0)
    for key, limit in verdict.limits.items():
        verdict.limits[key] = min(limit, limits[key[0]])
    for (line_id, case), amount in disputed.items():
        if amount != before[line_id, case]:
            own = [p.id for p in parts if (p.line, p.case) == (line_id, case)]
            own = [key for key in own if key in verdict.parts]
            values = [verdict.parts[key] for key in own]
            after = split(round_amount(amount), values, round_amount)
            verdict.parts.update(zip(own, after, strict=True))
    return verdict


def _value_line(verdict, parts, left, limit, price, round_amount):
    """Say what the parts of a line are worth, when the rest of it is due.

    :returns: the quantity of the line that nobody disputes
    """
    goods = _by(parts, "goods")
    wanted = {}
    for key, own in goods.items():
        asked = sum(part.quantity for part in own)
        rooms = [left if part.room is None else part.room for part in own]
        most = max(*rooms, *(part.quantity for part in own))
        wanted[key] = min(asked, most)
    if sum(wanted.values()) > left + EPSILON:
        # More than there is: each case disputes what it says, of the line as a whole.
        goods, wanted = {None: parts}, {None: left}
    undisputed = left - sum(wanted.values())
    amount = _deduct(limit, undisputed, price, round_amount)
    amounts = split(amount, list(wanted.values()), round_amount)
    for (key, own), value in zip(goods.items(), amounts, strict=True):
        group = parts[0].line, key
        verdict.limits[group] = value
        asked = sum(part.quantity for part in own)
        shares = [own] if asked <= wanted[key] + EPSILON else _by(own, "case").values()
        for share in shares:
            quantity = sum(part.quantity for part in share)
            part_value = _deduct(value, wanted[key] - quantity, price, round_amount)
            values = split(part_value, [part.quantity for part in share], round_amount)
            for part, money in zip(share, values, strict=True):
                verdict.parts[part.id] = money
                verdict.keys[part.id] = group
    return undisputed


def _deduct(value, undisputed, price, round_amount):
    """Return what is left of a value when a quantity of it is due."""
    due = round_amount(price * undisputed) if undisputed > EPSILON else 0.0
    return max(round_amount(value - due), 0)


def _bear_rest(verdict, by_id, line_id, rest, round_amount):
    """Let the last parts bear the rounding of the document: nobody else is left."""
    own = [key for key in verdict.parts if by_id[key].line == line_id]
    last = verdict.keys[own[-1]]
    own = [key for key in own if verdict.keys[key] == last]
    limit = verdict.limits[last]
    verdict.limits[last] = max(round_amount(limit + rest), 0)
    if round_amount(sum(verdict.parts[key] for key in own)) <= limit:
        own = own[-1:]  # they share it; otherwise each case disputes all of it
    else:
        own = list({by_id[key].case: key for key in own}.values())
    for key in own:
        verdict.parts[key] = max(round_amount(verdict.parts[key] + rest), 0)


def _by(parts, name):
    """Return the parts grouped by an attribute, in their order; none without quantity."""
    result = defaultdict(list)
    for part in parts:
        if part.quantity > EPSILON:
            result[getattr(part, name)].append(part)
    return dict(result)


def _take_goods(quantities, worths, credits, round_amount):
    """Return what of each line is not credited: quantity, and money."""
    left, limits = dict(quantities), dict(worths)
    for credit in credits:
        key = credit.lines[0] if credit.lines else None
        if credit.quantity and key in left:
            left[key] = max(left[key] - credit.quantity, 0)
            limits[key] = max(round_amount(limits[key] - credit.amount), 0)
    return left, limits


def _take_money(verdict, credits, worths, disputed, complete, claimants, round_amount):
    """Take credits that are for no goods off what is disputed, where that is clear.

    Those of a single line come first, so that their order does not matter.
    """
    for credit in sorted(credits, key=lambda credit: len(credit.lines) > 1):
        if credit.is_answered:
            continue
        cases = {
            case
            for (line_id, case), amount in disputed.items()
            if line_id in credit.lines and amount
        }
        if cases and credit.quantity:
            continue  # the goods of a case were credited, and are disputed no more
        is_named = len(credit.lines) == 1 < len(worths)
        strangers = {key for key, known in claimants.items() if credit.id not in known}
        if is_named and cases:
            strangers = set()
        if not cases and not strangers:
            continue
        if len(cases) + len(strangers) > 1:
            verdict.unclear.add(credit.id)
            continue
        if strangers:
            if len(worths) > 1:
                verdict.unclear.add(credit.id)
            else:
                verdict.taken[strangers.pop(), credit.id] = credit.amount
            continue
        case = cases.pop()
        if len(credit.lines) > 1 and any(
            (x, case) not in complete for x in credit.lines
        ):
            verdict.unclear.add(credit.id)
            continue
        open_amount, taken = credit.amount, 0.0
        for key in credit.lines:
            part = min(open_amount, disputed.get((key, case), 0))
            disputed[key, case] = round_amount(disputed.get((key, case), 0) - part)
            open_amount, taken = open_amount - part, taken + part
        verdict.taken[case, credit.id] = round_amount(taken)


def hold_out(claims, limits, residual, round_amount):
    """Say what each claim holds of an invoice; together never more than is open.

    :param claims: ``Claim`` iterable, in their order: the first has what is common
    :param limits: ``{line id: amount}``: no line is held for more
    :param residual: what is open of the invoice
    :returns: ``{claim id: amount}``, which add up to what is held of the invoice
    """
    used = defaultdict(float)
    result, left = {}, max(residual, 0)
    for claim in claims:
        wanted = claim.rest
        for key, amount in claim.lines.items():
            free = max(limits.get(key, amount) - used[key], 0)
            used[key] += min(amount, free)
            wanted += min(amount, free)
        held = left if claim.is_whole else min(max(round_amount(wanted), 0), left)
        result[claim.id] = round_amount(held)
        left = round_amount(left - held)
    return result

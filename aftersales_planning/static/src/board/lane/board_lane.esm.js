import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {readMoment, tellHours, tellMoment} from "../time.esm";

/** What is to be planned, grouped as the rows are, the most urgent first. */
export class BoardLane extends Component {
    static template = "aftersales_planning.BoardLane";
    static props = {
        lane: Object,
        planned: Boolean,
        picked: {type: [String, {value: null}]},
        zone: String,
        onChoose: Function,
        onDragEnd: Function,
        onDragStart: Function,
        onOpen: Function,
        onPick: Function,
        onPlanned: Function,
    };

    /** @returns {object[]} groups in the order of their most urgent card */
    get groups() {
        const groups = new Map();
        for (const card of this.props.lane.cards) {
            const [id, name] = card.group;
            if (!groups.has(id)) {
                groups.set(id, {id, name: name || "", cards: []});
            }
            groups.get(id).cards.push(card);
        }
        return [...groups.values()];
    }

    getClass(card) {
        return [
            "o_aftersales_card",
            `o_${card.urgency}`,
            card.kind === "case" && "o_case",
            this.props.picked === card.key && "o_picked",
        ]
            .filter(Boolean)
            .join(" ");
    }

    tellLatest(card) {
        if (!card.latest) {
            return "";
        }
        const latest = tellMoment(readMoment(card.latest, this.props.zone));
        if (card.urgency === "late" && !card.start) {
            return _t("Late since %s", latest);
        }
        return _t("By %s", latest);
    }

    tellStart(card) {
        const start = readMoment(card.start, this.props.zone);
        return `${tellMoment(start)} ${card.crew.join(", ")}`;
    }

    /** The number without the customer, who stands above, and the place. */
    tellWhere({name, where}) {
        return [name.split(" ")[0], where].filter(Boolean).join(" · ");
    }

    tellDuration(card) {
        return _t("%s h", tellHours(card.duration * 60));
    }

    onDragStart(ev, card) {
        // Firefox drags nothing without data. No start in it: the place says when.
        ev.dataTransfer.setData("text", JSON.stringify({id: card.key}));
        ev.dataTransfer.effectAllowed = "move";
        this.props.onDragStart(card);
    }

    /** Past all cards, for who has nothing but a keyboard. */
    onSkip() {
        document.querySelector(".o_aftersales_grid [tabindex='0']")?.focus();
    }

    onKey(ev, card) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            if (card.can_move) {
                this.props.onChoose(card);
            } else {
                this.props.onOpen(card);
            }
        } else if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            ev.preventDefault();
            const cards = [
                ...ev.target
                    .closest(".o_aftersales_lane")
                    .querySelectorAll("button.o_aftersales_card"),
            ];
            const step = ev.key === "ArrowDown" ? 1 : -1;
            cards[cards.indexOf(ev.currentTarget) + step]?.focus();
        }
    }
}

import {Component, useRef, useState} from "@odoo/owl";
import {QUARTER, readMoment, tellSpan} from "../time.esm";
import {findCurrent, groupCells} from "./cells.esm";
import {_t} from "@web/core/l10n/translation";
import {getBarKey} from "../key.esm";
import {tellFixed, tellVisit} from "../canvas/draw.esm";

/**
 * The visits for who uses no mouse: vis draws them, and this makes them reachable.
 *
 * One visit is in the order of the tab key; arrows go to its neighbours. Enter picks it:
 * then arrows move it by a quarter or a row, Enter puts it there, Escape leaves it. Enter
 * on a visit that was not moved opens the small form.
 */
export class BoardGrid extends Component {
    static template = "aftersales_planning.BoardGrid";
    static props = {
        board: Object,
        zone: String,
        isByTechnician: Boolean,
        canvas: Function,
        onChoose: Function,
        onOpen: Function,
        onPut: Function,
        onRefuse: Function,
        onTell: Function,
        onUnplan: Function,
    };

    setup() {
        this.root = useRef("root");
        this.state = useState({current: null, picked: null, text: ""});
    }

    /** Rows with their visits, in the order of time. */
    get rows() {
        return groupCells(this.props.board);
    }

    /** @param {object[]} rows */
    findCurrent(rows) {
        return findCurrent(rows, this.state.current);
    }

    tell({visit}) {
        return tellVisit(visit, this.props.zone);
    }

    say(text) {
        this.state.text = text.toString();
        this.props.onTell(text);
    }

    onFocus(cell) {
        this.state.current = cell.key;
        if (!this.state.picked) {
            this.state.text = this.tell(cell);
        }
        const canvas = this.props.canvas();
        canvas?.select([cell.key]);
        canvas?.reveal(
            cell.key,
            readMoment(cell.visit.start, this.props.zone),
            readMoment(cell.visit.stop, this.props.zone)
        );
    }

    onBlur() {
        if (this.state.picked) {
            this.leave();
        }
    }

    async onKey(ev, cell) {
        const keys = {
            Enter: () => this.onEnter(cell),
            Escape: () => this.leave(),
            Delete: () => cell.visit.can_move && this.props.onUnplan([cell.visit]),
            ArrowLeft: () => this.onArrow(cell, -1, 0),
            ArrowRight: () => this.onArrow(cell, 1, 0),
            ArrowUp: () => this.onArrow(cell, 0, -1),
            ArrowDown: () => this.onArrow(cell, 0, 1),
            o: () => this.props.onOpen(cell.visit),
        };
        if (keys[ev.key] && !ev.ctrlKey && !ev.metaKey && !ev.altKey) {
            ev.preventDefault();
            ev.stopPropagation();
            await keys[ev.key]();
        }
    }

    // === Going about === //

    onArrow(cell, quarters, rows) {
        if (this.state.picked) {
            this.shift(quarters, rows);
        } else {
            this.go(cell, quarters, rows);
        }
    }

    go(cell, steps, rows) {
        const all = this.rows;
        const row = all.findIndex(({id}) => id === cell.row);
        const place = all[row].cells.findIndex(({key}) => key === cell.key);
        const next = rows
            ? this.getNearest(all[row + rows]?.cells, cell)
            : all[row].cells[place + steps];
        if (next) {
            this.state.current = next.key;
            this.root.el.querySelector(`[data-key="${next.key}"]`).focus();
        }
    }

    getNearest(cells, {visit}) {
        const start = readMoment(visit.start, this.props.zone);
        const away = (cell) =>
            Math.abs(readMoment(cell.visit.start, this.props.zone).diff(start));
        return [...(cells || [])].sort((one, other) => away(one) - away(other))[0];
    }

    // === Moving === //

    async onEnter(cell) {
        const {picked} = this.state;
        if (!picked) {
            this.pick(cell);
        } else if (picked.moved) {
            await this.put(cell);
        } else {
            this.leave();
            this.props.onChoose(cell.visit);
        }
    }

    pick(cell) {
        const {visit} = cell;
        if (!visit.can_move) {
            this.props.onRefuse(tellFixed(visit));
            return;
        }
        this.state.picked = {
            key: cell.key,
            from: cell.row,
            row: cell.row,
            start: readMoment(visit.start, this.props.zone),
            stop: readMoment(visit.stop, this.props.zone),
            moved: false,
        };
        this.say(
            _t(
                "%s is picked. Arrows move it, Enter puts it there, Escape leaves it. Enter now opens the form.",
                visit.name
            )
        );
    }

    shift(quarters, rows) {
        const {picked} = this.state;
        picked.moved = true;
        picked.start = picked.start.plus(quarters * QUARTER);
        picked.stop = picked.stop.plus(quarters * QUARTER);
        if (rows && this.props.isByTechnician) {
            const ids = this.props.board.rows.map(({id}) => id);
            picked.row = ids[ids.indexOf(picked.row) + rows] ?? picked.row;
        }
        this.props.canvas()?.preview(picked.key, picked);
        const {name} = this.props.board.rows.find(({id}) => id === picked.row);
        this.say(`${name}, ${tellSpan(picked.start, picked.stop)}`);
    }

    async put({visit, key}) {
        const {picked} = this.state;
        this.state.picked = null;
        if (!(await this.props.onPut(visit, picked))) {
            this.props.canvas()?.restore(key);
            return;
        }
        this.state.current = getBarKey(visit, picked.row);
        // Its row may be another one: the focus follows it there.
        requestAnimationFrame(() =>
            this.root.el?.querySelector(`[data-key="${this.state.current}"]`)?.focus()
        );
    }

    leave() {
        const {picked} = this.state;
        this.state.picked = null;
        if (picked) {
            this.props.canvas()?.restore(picked.key);
            this.say(_t("Left where it was."));
        }
    }
}

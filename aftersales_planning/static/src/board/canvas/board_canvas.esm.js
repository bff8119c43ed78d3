/* global vis */
import {QUARTER, readMoment, snap, tellAxis} from "../time.esm";
import {NOBODY, getBarKey} from "../key.esm";
import {drawGround, drawLoad, drawRow, drawVisit} from "./draw.esm";
import {findChanges} from "../diff.esm";

const {DateTime} = luxon;
const STYLES = [
    "/web_timeline/static/lib/vis-timeline/vis-timeline-graph2d.css",
    "/aftersales_planning/static/src/board/shadow/board.css",
];
// Hammer's word for all directions: a visit is dragged straight up or down as well.
const ALL_DIRECTIONS = 30;

/**
 * Draws rows and visits by vis, in a shadow root: inside Odoo's page the browser matches
 * sixteen thousand rules for every size that vis reads, which takes seconds.
 *
 * Texts are DOM nodes made by `textContent`: vis would take strings for HTML.
 */
export class BoardCanvas {
    /**
     * @param {HTMLElement} host
     * @param {object} handlers `onMove(item)`, answered with whether the item stays there;
     *     `onSelect(keys)`, `onOpen(key)`, `onWindow(start, end)`, `onPlace({row, time})`,
     *     `getDragged()`
     */
    constructor(host, handlers) {
        this.host = host;
        this.handlers = handlers;
        this.drawnItems = new Map();
        this.drawnRows = new Map();
        this.visits = new Map();
        this.zone = "local";
        this.rowLoads = new Map();
    }

    /** Make vis, once its styles are there: it measures what it draws. */
    async start({window, canEdit, height}) {
        const shadow = this.host.attachShadow({mode: "open"});
        const loaded = STYLES.map((href) => {
            const link = document.createElement("link");
            link.rel = "stylesheet";
            link.href = href;
            shadow.append(link);
            return new Promise((resolve) => {
                link.onload = link.onerror = resolve;
            });
        });
        await Promise.all(loaded);
        if (!this.host.isConnected) {
            return;
        }
        this.root = document.createElement("div");
        this.root.className = "board";
        shadow.append(this.root);
        this.items = new vis.DataSet();
        this.rows = new vis.DataSet();
        this.timeline = new vis.Timeline(
            this.root,
            this.items,
            this.rows,
            this._getOptions({canEdit, height})
        );
        // Not as options: vis stays hidden when its first window is the one it has.
        this.timeline.initialFitDone = true;
        this.setWindow(window);
        this.timeline.itemSet.hammer.get("pan").set({direction: ALL_DIRECTIONS});
        this._listen();
    }

    destroy() {
        clearTimeout(this.windowTimer);
        clearTimeout(this.drawTimer);
        this.timeline?.destroy();
        this.timeline = null;
    }

    _getOptions({canEdit, height}) {
        return {
            height,
            editable: canEdit
                ? {add: false, remove: false, updateTime: true, updateGroup: true}
                : false,
            format: {
                minorLabels: (moment, scale) => this._tellAxis("minor", scale, moment),
                majorLabels: (moment, scale) => this._tellAxis("major", scale, moment),
            },
            groupOrder: "order",
            groupTemplate: (row) => row && this._drawRow(row),
            itemsAlwaysDraggable: {item: true, range: true},
            margin: {axis: 3, item: {horizontal: 0, vertical: 2}},
            moment: (moment) => this._getMoment(moment),
            multiselect: true,
            onMove: (item, callback) => this._onMove(item, callback),
            onMoving: (item, callback) => callback(this._keepInView(item)),
            orientation: {axis: "top", item: "top"},
            showCurrentTime: true,
            showTooltips: false,
            snap: (moment) => snap(moment),
            stack: true,
            template: (item, element, data) => this._drawItem(data),
            tooltip: {followMouse: false},
            verticalScroll: true,
            xss: {disabled: false},
            zoomKey: "ctrlKey",
            zoomMin: 2 * 3600 * 1000,
            zoomMax: 62 * 24 * 3600 * 1000,
        };
    }

    /** The axis is in the planner's zone, whatever the browser's. */
    _getMoment(moment) {
        const instant = vis.moment(moment);
        return instant.utcOffset(this._toLocal(instant).offset);
    }

    _tellAxis(part, scale, moment) {
        return tellAxis(part, scale, this._toLocal(moment));
    }

    _toLocal(moment) {
        return DateTime.fromMillis(moment.valueOf(), {zone: this.zone});
    }

    _listen() {
        this.timeline.on("rangechanged", ({start, end, byUser}) => {
            clearTimeout(this.windowTimer);
            this.windowTimer = setTimeout(
                () => this.handlers.onWindow(start, end, byUser),
                150
            );
        });
        this.timeline.on("select", ({items}) => this.handlers.onSelect(items));
        this.timeline.on("doubleClick", ({item}) => item && this.handlers.onOpen(item));
        this.timeline.on("click", (spot) => {
            if (spot.what === "background") {
                this._place(spot);
            }
        });
        this.root.addEventListener("dragover", (ev) => {
            if (this.handlers.getDragged()) {
                ev.preventDefault();
                ev.dataTransfer.dropEffect = "move";
            }
        });
        // Before vis, which would plan what it reads in the event.
        this.root.addEventListener(
            "drop",
            (ev) => {
                if (this.handlers.getDragged()) {
                    ev.preventDefault();
                    ev.stopPropagation();
                    this._place(this.timeline.getEventProperties(ev));
                }
            },
            true
        );
    }

    _place({group, snappedTime}) {
        if (group !== null && group !== undefined) {
            this.handlers.onPlace({row: group, time: new Date(snappedTime)});
        }
    }

    /**
     * A bar that is dragged stays in the window by a quarter: vis takes one that is out
     * of it away, and then hears no more of the hand that holds it.
     */
    _keepInView(item) {
        const {start, end} = this.timeline.getWindow();
        const length = item.end - item.start;
        if (item.end <= start) {
            item.end = new Date(start.valueOf() + QUARTER);
            item.start = new Date(item.end - length);
        } else if (item.start >= end) {
            item.start = new Date(end.valueOf() - QUARTER);
            item.end = new Date(item.start.valueOf() + length);
        }
        return item;
    }

    async _onMove(item, callback) {
        const moved = {
            key: item.id,
            row: item.group,
            start: new Date(item.start),
            stop: new Date(item.end),
        };
        // What is refused goes back: vis still holds where it came from.
        const done = await this.handlers.onMove(moved);
        // What was done is drawn already, in another row perhaps, as the server has it.
        callback((done && this.items.get(item.id)) || null);
    }

    // === Drawing === //

    /**
     * Draw what differs from what is drawn.
     * @param {object} board of the server
     * @param {object} style `{colour, nights, isByTechnician, order: Map row → place}`
     */
    draw(board, style) {
        if (!this.timeline) {
            return;
        }
        clearTimeout(this.drawTimer);
        if (this.timeline.itemSet.touchParams.itemIsDragging) {
            // What a hand holds is not drawn anew under it.
            this.drawTimer = setTimeout(() => this.draw(board, style), 200);
            return;
        }
        this.zone = board.zone || this.zone;
        this.board = board;
        this.style = style;
        this.setNights(style.nights);
        this._drawRows(board, style);
        this._drawItems(board, style);
        this.drawLoads();
    }

    _drawRows(board, {order}) {
        const rows = board.rows.map((row) => ({
            id: row.id || NOBODY,
            name: row.name,
            note: row.note,
            order: order.get(row.id),
        }));
        const {changed, gone, drawn} = findChanges(this.drawnRows, rows);
        this.drawnRows = drawn;
        for (const id of gone) {
            this.rowLoads.delete(id);
        }
        if (gone.length) {
            this.rows.remove(gone);
        }
        if (changed.length) {
            this.rows.update(changed);
        }
    }

    _drawItems(board, style) {
        this.visits = new Map();
        const wanted = board.grounds.map(([row, kind, start, stop]) => ({
            id: `ground:${kind}:${row}:${start}:${stop}`,
            type: "background",
            kind,
            group: row || NOBODY,
            className: `ground-${kind}`,
            begins: start,
            ends: stop,
        }));
        for (const visit of board.visits) {
            for (const row of visit.rows) {
                const id = getBarKey(visit, row);
                this.visits.set(id, visit);
                wanted.push({
                    id,
                    type: "range",
                    group: row || NOBODY,
                    className: this._getClass(visit, style),
                    begins: visit.start,
                    ends: visit.stop,
                    movable: visit.can_move,
                    byTechnician: style.isByTechnician,
                    // What else makes it look different.
                    visit,
                });
            }
        }
        const {changed, gone, drawn} = findChanges(this.drawnItems, wanted);
        this.drawnItems = drawn;
        if (gone.length) {
            this.items.remove(gone);
        }
        if (changed.length) {
            this.items.update(changed.map((item) => this._toItem(item)));
        }
    }

    _toItem({begins, ends, movable, byTechnician, visit, ...item}) {
        return {
            ...item,
            content: "",
            start: readMoment(begins, this.zone).toJSDate(),
            end: readMoment(ends, this.zone).toJSDate(),
            ...(visit && {
                visit,
                selectable: true,
                editable: movable
                    ? {updateTime: true, updateGroup: byTechnician, remove: false}
                    : false,
            }),
        };
    }

    _getClass(visit, {colour}) {
        const hue = {
            state: () => `state-${visit.state}`,
            type: () => `hue-${visit.type[0] % 10}`,
            technician: () => `hue-${(visit.resource_ids[0] || 0) % 10}`,
            urgency: () => `urgency-${visit.urgency}`,
        }[colour]();
        const worst = visit.badges[0]?.key;
        return [
            "visit",
            hue,
            visit.locked && "locked",
            worst === "conflict" && "conflict",
            !visit.can_move && "fixed",
        ]
            .filter(Boolean)
            .join(" ");
    }

    _drawItem(data) {
        return data.visit ? drawVisit(data.visit, this.zone) : drawGround(data.kind);
    }

    _drawRow(row) {
        const {element, load} = drawRow(row);
        this.rowLoads.set(row.id, load);
        this._drawLoad(row.id);
        return element;
    }

    /** Write the load of all rows, of the days that are in the window now. */
    drawLoads() {
        for (const id of this.rowLoads.keys()) {
            this._drawLoad(id);
        }
    }

    /** The load of what is in the window now, written where vis has put the row. */
    _drawLoad(id) {
        const element = this.rowLoads.get(id);
        const load = element && this.handlers.getLoad(id === NOBODY ? false : id);
        if (load) {
            drawLoad(element, load);
        }
    }

    // === What the rest of the board asks === //

    setHeight(height) {
        this.timeline?.setOptions({height});
    }

    /** @param {{start: Date, end: Date}[]} nights that are not drawn */
    setNights(nights) {
        const signature = JSON.stringify(nights);
        if (signature !== this.drawnNights) {
            this.drawnNights = signature;
            this.timeline?.setOptions({hiddenDates: nights});
        }
    }

    setWindow({start, end}) {
        this.timeline?.setWindow(start.toJSDate(), end.toJSDate(), {animation: false});
    }

    /** @param {string[]} keys of items */
    select(keys) {
        this.timeline?.setSelection(keys.filter((key) => this.items.get(key)));
    }

    /** Show a visit where it may go, and bring it into view. */
    preview(key, {start, stop, row}) {
        const item = this.items.get(key);
        if (item) {
            this.items.update({
                ...item,
                start: start.toJSDate(),
                end: stop.toJSDate(),
                group: row || NOBODY,
            });
            this.reveal(key, start, stop);
        }
    }

    /** Take back what `preview` showed. */
    restore(key) {
        this.drawnItems.delete(key);
        this.draw(this.board, this.style);
    }

    reveal(key, start, stop) {
        const shown = this.timeline.getWindow();
        if (start.toJSDate() < shown.start || stop.toJSDate() > shown.end) {
            this.timeline.moveTo(start.toJSDate(), {animation: false});
        }
        const item = this.timeline.itemSet.items[key];
        item?.dom?.box?.scrollIntoView({block: "nearest"});
    }

    /** @returns {Map<string, object>} items and the visits that they show */
    getVisits() {
        return this.visits;
    }
}

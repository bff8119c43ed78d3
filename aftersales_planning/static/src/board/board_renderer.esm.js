import {NOBODY, readRow} from "./key.esm";
import {onWillUnmount, useEffect, useExternalListener, useState} from "@odoo/owl";
import {getSpread, sortByLoad, sumLoad} from "./load.esm";
import {readMoment, writeMoment} from "./time.esm";
import {BoardBar} from "./bar/board_bar.esm";
import {BoardCanvas} from "./canvas/board_canvas.esm";
import {BoardGrid} from "./grid/board_grid.esm";
import {BoardLane} from "./lane/board_lane.esm";
import {BoardPlace} from "./place/board_place.esm";
import {BoardReason} from "./reason/board_reason.esm";
import {TimelineRenderer} from "@web_timeline/views/timeline/timeline_renderer.esm";
import {_t} from "@web/core/l10n/translation";
import {tellFixed, tellVisit} from "./canvas/draw.esm";
import {useService} from "@web/core/utils/hooks";

const {DateTime} = luxon;

/** The board: toolbar, lane, rows, and what is done to the visits on them. */
export class BoardRenderer extends TimelineRenderer {
    static template = "aftersales_planning.Board";
    static components = {BoardBar, BoardGrid, BoardLane};
    static props = {model: Object, onOpen: Function};

    setup() {
        super.setup();
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({
            colour: "state",
            sort: "name",
            // The card or visit that waits for its place, by key.
            picked: null,
            // Keys of the items chosen on the board.
            selected: [],
            told: "",
            showLane: true,
        });
        this.dragged = null;
        this.pointer = {x: -1, y: -1};
        this.moving = new Map();
        useExternalListener(window, "pointermove", ({clientX, clientY}) => {
            this.pointer = {x: clientX, y: clientY};
        });
        useExternalListener(window, "keydown", (ev) => this.onShortcut(ev));
        useEffect(
            () => {
                const observer = new ResizeObserver(() => this.fit());
                observer.observe(this.canvasRef.el);
                return () => observer.disconnect();
            },
            () => []
        );
        onWillUnmount(() => this.canvas?.destroy());
    }

    // === Of the parent === //

    async init_timeline() {
        this.timeline = true;
        this.canvas = new BoardCanvas(this.canvasRef.el, {
            getDragged: () => this.dragged,
            getLoad: (row) => this.getLoad(row),
            onMove: (item) => this.onMove(item),
            onOpen: (key) => this.openKey(key),
            onPlace: (spot) => this.onPlace(spot),
            onSelect: (keys) => this.onSelect(keys),
            onWindow: (start, end) => this.onWindow(start, end),
        });
        await this.canvas.start({
            window: this.model.window,
            canEdit: this.model.canEdit,
            height: this.canvasRef.el.clientHeight,
        });
        this.draw();
    }

    on_attach_callback() {
        // Its height follows that of the page: see `fit`.
    }

    on_data_loaded() {
        this.draw();
    }

    // === Drawing === //

    fit() {
        this.canvas?.setHeight(this.canvasRef.el.clientHeight);
    }

    draw() {
        const {board, isByTechnician} = this.model;
        this.canvas.draw(board, {
            colour: this.state.colour,
            nights: this.model.nights,
            isByTechnician,
            order: this.getOrder(),
        });
        this.canvas.select(this.state.selected);
    }

    /** @returns {Map} row id and its place, by name or by load */
    getOrder() {
        const {rows} = this.model.board;
        const sorted =
            this.state.sort === "load"
                ? sortByLoad(rows, this.model.getShownDays())
                : rows;
        return new Map(sorted.map((row, index) => [row.id, index]));
    }

    getLoad(id) {
        const row = this.model.board.rows.find((one) => one.id === id);
        if (!row) {
            return null;
        }
        const days = this.model.getShownDays();
        return {
            ...sumLoad(row, days),
            days: days.slice(0, 14).map(({index, label}) => ({
                label,
                work: row.work[index],
                time: row.time[index],
            })),
        };
    }

    /** How evenly the work in the window is spread. */
    get spread() {
        const {board, isByTechnician} = this.model;
        const spread =
            isByTechnician && getSpread(board.rows, this.model.getShownDays());
        return spread
            ? _t(
                  "Load %(mean)s %, from %(least)s to %(most)s %, spread ± %(off)s",
                  spread
              )
            : "";
    }

    get title() {
        const {start, end} = this.model.window;
        const last = end.minus(1);
        return start.hasSame(last, "day")
            ? start.toFormat("cccc d LLLL yyyy")
            : `${start.toFormat("d LLL")} – ${last.toFormat("d LLL yyyy")}`;
    }

    // === Toolbar === //

    get scales() {
        return [
            ["day", _t("Day")],
            ["week", _t("Week")],
            ["weeks", _t("2 Weeks")],
            ["month", _t("Month")],
        ];
    }

    get groupings() {
        const names = [
            "lead_id",
            "partner_id",
            "region_id",
            "team_id",
            "subcontractor_id",
        ];
        if (!names.includes(this.model.rowField)) {
            names.push(this.model.rowField);
        }
        return names.map((name) => [name, this.model.fields[name].string]);
    }

    get colours() {
        return [
            ["state", _t("State")],
            ["type", _t("Type")],
            ["technician", _t("Technician")],
            ["urgency", _t("Urgency")],
        ];
    }

    async onScale(scale) {
        this.model.setScale(scale);
        await this.showWindow();
    }

    async onStep(steps) {
        this.model.step(steps);
        await this.showWindow();
    }

    async onToday() {
        this.model.setScale(
            this.model.scale,
            DateTime.now().setZone(this.model.zone).toISODate()
        );
        await this.showWindow();
    }

    async showWindow() {
        this.canvas.setNights(this.model.nights);
        this.canvas.setWindow(this.model.window);
        await this.model.reload();
    }

    async onWindow(start, end) {
        await this.model.showWindow(start, end);
        this.canvas.drawLoads();
        this.render();
    }

    /** The rows are the grouping of the search bar: there is one place that says it. */
    onGroup(ev) {
        const name = ev.target.value;
        const search = this.env.searchModel;
        for (const {type, groupId} of search.facets) {
            if (type === "groupBy") {
                search.deactivateGroup(groupId);
            }
        }
        const known = Object.values(search.searchItems).find(
            (item) => item.type === "groupBy" && item.fieldName === name
        );
        if (known) {
            search.toggleSearchItem(known.id);
        } else {
            search.createNewGroupBy(name);
        }
    }

    onColour(ev) {
        this.state.colour = ev.target.value;
        this.draw();
    }

    onSort() {
        this.state.sort = this.state.sort === "load" ? "name" : "load";
        this.draw();
    }

    async onPlanned() {
        this.model.planned = !this.model.planned;
        await this.model.reload();
    }

    // === What is chosen === //

    /** @returns {object | undefined} the card of the lane, or the visit, of a key */
    find(key) {
        return (
            this.model.lane.cards.find((card) => card.key === key) ||
            this.canvas?.getVisits().get(key)
        );
    }

    get pickedCard() {
        return this.state.picked && this.find(this.state.picked);
    }

    get selectedVisits() {
        const found = new Map();
        for (const key of this.state.selected) {
            const visit = this.find(key);
            if (visit) {
                found.set(visit.id, visit);
            }
        }
        return [...found.values()];
    }

    onSelect(keys) {
        this.state.selected = keys.filter((key) => key.startsWith("visit:"));
        if (keys.length) {
            this.state.picked = null;
        }
    }

    pick(key) {
        const card = this.find(key);
        if (card && !card.can_move) {
            this.refuse(tellFixed(card));
            return;
        }
        this.state.picked = this.state.picked === key ? null : key;
        if (this.state.picked) {
            this.tell(
                _t("%s is picked. Choose a place on the board, or a time.", card.name)
            );
        }
    }

    drop() {
        this.state.picked = null;
        this.state.selected = [];
        this.canvas.select([]);
    }

    openKey(key) {
        const card = this.find(key);
        if (card) {
            this.props.onOpen(card);
        }
    }

    // === Moving by pointer === //

    /**
     * A bar was let go of. Those that were chosen together come one by one: they are
     * sent together.
     * @param {{key, row, start, stop}} item
     * @returns {Promise<boolean>} whether it stays there
     */
    onMove(item) {
        return new Promise((resolve) => {
            this.moving.set(item.key, {item, resolve});
            clearTimeout(this.moveTimer);
            this.moveTimer = setTimeout(() => this.sendMoves(), 0);
        });
    }

    async sendMoves() {
        const queue = [...this.moving.values()];
        this.moving.clear();
        const toLane = this.isOverLane();
        const moves = new Map();
        for (const {item} of queue) {
            const visit = this.find(item.key);
            if (visit && !moves.has(visit.id)) {
                moves.set(visit.id, this.getMoveOf(visit, item, toLane));
            }
        }
        const done = await this.plan([...moves.values()]);
        queue.forEach(({resolve}) => resolve(done));
    }

    getMoveOf(visit, {key, row, start, stop}, toLane) {
        if (toLane) {
            return this.getUnplan(visit);
        }
        return this.model.getShift(visit, {
            start: DateTime.fromJSDate(start),
            stop: DateTime.fromJSDate(stop),
            from: readRow(key),
            row,
        });
    }

    /** Put a visit where the keyboard has moved it. */
    put(visit, spot) {
        return this.plan([this.model.getShift(visit, spot)]);
    }

    getUnplan(visit) {
        return this.model.getMove(visit, {
            start: false,
            stop: false,
            resource_ids: false,
        });
    }

    isOverLane() {
        const lane = this.rootRef.el?.querySelector(".o_aftersales_lane");
        const box = lane?.getBoundingClientRect();
        const {x, y} = this.pointer;
        return Boolean(
            box && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
        );
    }

    onDragStart(card) {
        this.dragged = card;
    }

    onDragEnd() {
        this.dragged = null;
    }

    /** A place on the board was chosen for what is dragged, or picked. */
    async onPlace({row, time}) {
        const card = this.dragged || this.pickedCard;
        this.dragged = null;
        if (!card || !card.can_move) {
            return;
        }
        const start = DateTime.fromJSDate(time).setZone(this.model.zone);
        if (!this.model.isByTechnician || row === NOBODY) {
            this.choose(card, {start});
            return;
        }
        await this.place(card, {start, hours: this.getHours(card), resourceId: row});
    }

    getHours(card) {
        if (card.start && card.stop) {
            const zone = this.model.zone;
            const span = readMoment(card.stop, zone).diff(readMoment(card.start, zone));
            return span.as("hours");
        }
        return card.duration;
    }

    /**
     * Put a card or a visit where a planner wants it.
     * @returns {Promise<object>} of the model
     */
    async place(card, {start, hours, resourceId}, onRefused) {
        const crew = card.kind === "case" ? [] : card.resource_ids || [];
        const others = card.start
            ? crew.slice(1).filter((id) => id !== resourceId)
            : [];
        const move = {
            start: writeMoment(start),
            stop: writeMoment(start.plus({minutes: Math.round(hours * 60)})),
            resource_ids: [resourceId, ...others],
        };
        const done = await this.plan(
            [card.kind === "case" ? move : this.model.getMove(card, move)],
            {caseId: card.kind === "case" && card.id, onRefused}
        );
        if (done) {
            this.state.picked = null;
        }
        return done;
    }

    // === Planning === //

    /**
     * @param {object[]} moves
     * @param {object} options
     * @param {number} options.caseId of a case that has no visit yet
     * @param {Function} options.onRefused hears the sentence; else it is shown
     * @returns {Promise<boolean>} whether it was done
     */
    async plan(moves, {caseId, onRefused} = {}) {
        const send = (reason) =>
            caseId
                ? this.model.moveCase(caseId, moves[0], reason)
                : this.model.move(moves, reason);
        let result = await send(null);
        if (result.ask?.length) {
            const reason = await this.askReason(result.ask);
            if (!reason) {
                this.tell(_t("Nothing was changed."));
                return false;
            }
            result = await send(reason);
        }
        if (!result.done) {
            const text = result.error || _t("Nothing was changed.");
            (onRefused || ((sentence) => this.refuse(sentence)))(text);
            return false;
        }
        const warnings = Object.values(result.warnings || {}).flat();
        this.tell(moves[0].start ? _t("Planned.") : _t("Back in the lane."));
        if (warnings.length) {
            this.notification.add(warnings.join(" "), {type: "warning"});
        }
        return true;
    }

    askReason(ask) {
        return new Promise((resolve) => {
            this.dialog.add(
                BoardReason,
                {texts: ask.flatMap(({texts}) => texts), onReason: resolve},
                {onClose: () => resolve(false)}
            );
        });
    }

    refuse(text) {
        this.tell(text);
        this.notification.add(text, {type: "danger"});
    }

    tell(text) {
        this.state.told = text.toString();
    }

    /** Open the small form: best slots first, or any row and time. */
    choose(card, {start} = {}) {
        this.dialog.add(BoardPlace, {
            card,
            model: this.model,
            start: start || (card.start && readMoment(card.start, this.model.zone)),
            hours: this.getHours(card),
            place: (spot, onRefused) => this.place(card, spot, onRefused),
        });
    }

    async unplan(visits) {
        const planned = visits.filter((visit) => visit.start);
        if (
            planned.length &&
            (await this.plan(planned.map((v) => this.getUnplan(v))))
        ) {
            this.state.selected = [];
        }
    }

    async lock(visits) {
        const locked = !visits[0].locked;
        const result = await this.model.setLock(visits, locked);
        if (result?.error) {
            this.refuse(result.error);
        } else {
            this.tell(locked ? _t("Locked.") : _t("Unlocked."));
        }
    }

    async copyVisit(visit) {
        const result = await this.model.copy(visit);
        if (result?.error) {
            this.refuse(result.error);
        } else {
            this.tell(_t("The copy stands in the lane."));
        }
    }

    async undoStep(isRedo) {
        const result = await this.model.undoStep(isRedo);
        if (result.error) {
            this.refuse(result.error);
        } else if (result.nothing) {
            this.tell(_t("There is nothing to take back."));
        } else {
            this.tell(isRedo ? _t("Done again.") : _t("Taken back."));
        }
        this.render();
    }

    // === Keys === //

    onShortcut(ev) {
        const typing = ev.target.closest?.("input, textarea, select, .o_dialog");
        if (typing || document.querySelector(".o_dialog")) {
            return;
        }
        const key = ev.key.toLowerCase();
        if ((ev.ctrlKey || ev.metaKey) && (key === "z" || key === "y")) {
            ev.preventDefault();
            this.undoStep(key === "y" || ev.shiftKey);
        } else if (ev.key === "Escape" && this.state.picked) {
            this.drop();
        } else if (ev.key === "Delete" && this.selectedVisits.length) {
            this.unplan(this.selectedVisits);
        }
    }

    tellVisit(visit) {
        return tellVisit(visit, this.model.zone);
    }
}

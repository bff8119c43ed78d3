import {getMargin, getNights, getWindow, readMoment, writeMoment} from "./time.esm";
import {RPCError} from "@web/core/network/rpc";
import {TimelineModel} from "@web_timeline/views/timeline/timeline_model.esm";
import {UndoStack} from "./undo.esm";
import {_t} from "@web/core/l10n/translation";
import {utils as uiUtils} from "@web/core/ui/ui_service";
import {user} from "@web/core/user";

const {DateTime} = luxon;

export const TECHNICIAN = "lead_id";

/** What the board shows, and what a planner does to it. */
export class BoardModel extends TimelineModel {
    /**
     * Nothing of the parent's: it asks for rights one by one, and reads visits one field
     * after the other, all there are.
     */
    setup(params) {
        this.params = params;
        this.model_name = params.resModel;
        this.fields = params.fields;
        // The newest question for board and lane; the answer to an older one is too late.
        this.asked = {board: 0, lane: 0};
        this.zone = user.context.tz || "local";
        this.scale = uiUtils.isSmall() ? "day" : "week";
        this.window = null;
        this.shown = null;
        this.loaded = null;
        this.rowField = params.default_group_by;
        this.searched = "";
        this.planned = false;
        this.search = {domain: [], context: {}};
        this.board = {rows: [], visits: [], grounds: [], days: [], can_plan: false};
        this.lane = {cards: [], total: 0};
        this.undo = new UndoStack();
    }

    get data() {
        return this.board.visits;
    }

    get canEdit() {
        return this.board.can_plan;
    }

    get isByTechnician() {
        return this.rowField === TECHNICIAN;
    }

    // === Reading === //

    async load({domain, context, groupBy}) {
        this.search = {domain, context};
        const searched = (groupBy || []).find((name) => this._isRowField(name)) || "";
        if (searched !== this.searched) {
            this.searched = searched;
            this.rowField = searched || this.params.default_group_by;
        }
        if (!this.window) {
            this.setScale(this.scale, context.board_day);
        }
        await this.reload();
    }

    _isRowField(name) {
        return this.fields[name]?.type === "many2one" && this.fields[name].store;
    }

    /** Read board and lane anew. */
    async reload() {
        await Promise.all([this._loadBoard(), this._loadLane()]);
        this.notify();
    }

    async _loadBoard() {
        const margin = getMargin(this.window);
        const asked = ++this.asked.board;
        // Before the answer: what is on its way is not asked for again.
        this.loaded = margin;
        const board = await this._call("get_board", [
            this.search.domain,
            this.rowField,
            writeMoment(margin.start),
            writeMoment(margin.end),
        ]);
        if (asked !== this.asked.board) {
            return;
        }
        this.board = board;
        this.zone = board.zone;
        this.visits = new Map(board.visits.map((visit) => [visit.id, visit]));
    }

    async _loadLane() {
        const asked = ++this.asked.lane;
        const lane = await this._call("get_lane", [this.search.domain, this.rowField], {
            planned: this.planned,
        });
        if (asked === this.asked.lane) {
            this.lane = lane;
        }
    }

    _call(method, args, kwargs = {}) {
        const context = {...user.context, ...this.search.context};
        return this.orm.call(this.model_name, method, args, {...kwargs, context});
    }

    /**
     * @param {string} scale
     * @param {string} [day] which it shows; else the one shown now, or today
     */
    setScale(scale, day) {
        this.scale = scale;
        this.window = getWindow(
            scale,
            day ? DateTime.fromISO(day, {zone: this.zone}) : this._getDay()
        );
    }

    /** Today, unless another time is shown. */
    _getDay() {
        const now = DateTime.now().setZone(this.zone);
        const shown = this.window;
        return shown && (now < shown.start || now >= shown.end) ? shown.start : now;
    }

    /** @param {number} steps windows forth, or back */
    step(steps) {
        const unit = {
            day: {days: steps},
            weeks: {weeks: 2 * steps},
            month: {months: steps},
        }[this.scale] || {weeks: steps};
        this.window = getWindow(this.scale, this.window.start.plus(unit));
    }

    /** Load what is missing for the window, if anything is. */
    async showWindow(start, end) {
        this.window = {
            start: DateTime.fromJSDate(start).setZone(this.zone),
            end: DateTime.fromJSDate(end).setZone(this.zone),
        };
        if (
            !this.loaded ||
            this.window.start < this.loaded.start ||
            this.window.end > this.loaded.end
        ) {
            await this._loadBoard();
            this.notify();
        }
    }

    /** What of the time is not drawn: in weeks the nights, else nothing. */
    get nights() {
        const {hours} = this.board;
        return hours && ["week", "weeks"].includes(this.scale)
            ? getNights(hours, this.window)
            : [];
    }

    /** The days shown, as places in the lists of minutes of each row; asked by each row. */
    getShownDays() {
        const {board, window} = this;
        if (this.shown?.board !== board || this.shown.window !== window) {
            this.shown = {board, window, days: this._findShownDays()};
        }
        return this.shown.days;
    }

    _findShownDays() {
        const shown = [];
        for (const [index, [day, start, stop]] of this.board.days.entries()) {
            const begins = readMoment(start, this.zone);
            if (
                begins < this.window.end &&
                readMoment(stop, this.zone) > this.window.start
            ) {
                shown.push({index, day, label: begins.toFormat("ccc d LLL")});
            }
        }
        return shown;
    }

    // === Planning === //

    /** How a visit stands now, as a move. */
    getMove({id, revision, start, stop, resource_ids}, changes = {}) {
        return {
            id,
            revision,
            start: start || false,
            stop: stop || false,
            resource_ids: resource_ids?.length ? resource_ids : false,
            ...changes,
        };
    }

    /**
     * A visit goes to another time; one of its crew may give way to another, who may be
     * in it already.
     * @param {object} visit
     * @param {{start: DateTime, stop: DateTime, from: number, row: number}} spot rows
     *     are technicians, or nothing that a move could change
     * @returns {object} a move
     */
    getShift(visit, {start, stop, from, row}) {
        const changes = {start: writeMoment(start), stop: writeMoment(stop)};
        if (this.isByTechnician) {
            const ids = visit.resource_ids.map((id) => (id === from ? row : id));
            changes.resource_ids = [...new Set(ids)];
        }
        return this.getMove(visit, changes);
    }

    /**
     * @param {object[]} moves
     * @param {string | null} reason
     * @returns {Promise<object>} of the server: `done`, `ask`, `warnings`; or `error`,
     *     the sentence that refuses
     */
    async move(moves, reason = null) {
        return this._plan(() => this._call("plan_move", [moves], {reason}), moves);
    }

    /** Plan a case that has no visit yet. */
    async moveCase(caseId, move, reason = null) {
        return this._plan(() => this._call("plan_case", [caseId, move], {reason}));
    }

    async _plan(call, sent = []) {
        const result = await this._ask(call);
        if (result.done) {
            this.undo.push(result.before, sent);
        }
        return this._after(result);
    }

    /** Take back the last step, or take it again. */
    async undoStep(isRedo = false) {
        const moves = this.undo.peek(isRedo);
        if (!moves) {
            return {nothing: true};
        }
        const result = await this._ask(() =>
            this._call("plan_move", [moves], {
                reason: isRedo ? _t("Do again") : _t("Take back"),
            })
        );
        if (result.done) {
            this.undo.taken(result.before, isRedo);
        } else {
            this.undo.forget(isRedo);
        }
        return this._after(result);
    }

    async _after(result) {
        if (result.done || result.error) {
            await this.reload();
        }
        return result;
    }

    /** What the server refuses with a sentence is an answer, no error of the program. */
    async _ask(call) {
        try {
            return await call();
        } catch (error) {
            if (error instanceof RPCError && error.data?.message) {
                return {done: false, error: error.data.message};
            }
            throw error;
        }
    }

    async getSlots(card) {
        const result = await this._ask(() =>
            card.kind === "case"
                ? this._call("get_case_slots", [card.id])
                : this._call("get_best_slots", [[card.id]], {refusals: true})
        );
        return result.error ? [] : result;
    }

    async getTechnicians() {
        return this.orm.searchRead(
            "resource.resource",
            [["does_visits", "=", true]],
            ["name"],
            {order: "name"}
        );
    }

    async setLock(visits, locked) {
        const ids = visits.map(({id}) => id);
        const result = await this._ask(() =>
            this._call(locked ? "action_lock" : "action_unlock", [ids])
        );
        await this.reload();
        return result;
    }

    async copy(visit) {
        const result = await this._ask(() => this._call("copy", [[visit.id]]));
        await this.reload();
        return result;
    }
}
